"""The vendors that send leads: who they are, whom to call, the keys their systems use."""
