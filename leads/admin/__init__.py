"""The admin's pages of leads."""

from leads.admin import changes, imports, law, lead, operations, people, saved_filters, scorecards

__all__ = ["changes", "imports", "law", "lead", "operations", "people", "saved_filters", "scorecards"]
