"""Advanced search and saved filters over HTTP."""
