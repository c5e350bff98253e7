"""What managers ask next, over HTTP."""
