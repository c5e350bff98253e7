"""The HTTP edge of the numbers."""
