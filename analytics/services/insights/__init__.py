"""What a manager should look at: rules that read the leads, test what they see, and say it with its figures.

`rules` has one module a rule, `registry` their list, `storing` what a worker does every hour. docs/insights.md
describes them all.
"""
