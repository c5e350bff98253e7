"""The rules. Each module has the rule's thresholds, its one read of the leads, and a judgement of what was read that
needs no database; its docstring is the rule.
"""
