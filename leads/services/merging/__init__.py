"""Merging leads that are one person, and taking that back. docs/merging.md has the rules."""
