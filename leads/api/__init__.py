"""The HTTP edge of leads."""
