"""Work on many leads in a constant number of statements, each recorded as a BulkOperation."""
