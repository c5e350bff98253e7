"""Leads: intake, assignment, the work on them, and what explains it."""
