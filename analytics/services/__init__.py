"""The verbs of the numbers."""
