"""The parts of an undo: what was done and since (traces), what goes back (plan), what forbids it (guards), the writing."""
