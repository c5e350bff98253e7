"""The admin's pages of leads."""

from leads.admin import changes, imports, law, lead, scorecards

__all__ = ["changes", "imports", "law", "lead", "scorecards"]
