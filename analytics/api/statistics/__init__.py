"""The business in numbers over HTTP."""
