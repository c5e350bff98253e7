"""Choosing leads by a tree of conditions: a list of fields, the operators of each, one query."""
