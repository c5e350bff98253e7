"""Accounts over HTTP: `/api/auth/...` and `/api/agents/invite`."""
