"""The business in numbers: reads everything below, writes nothing."""
