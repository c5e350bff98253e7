"""Work on many leads over HTTP."""
