"""The business in numbers, in the back office."""
