"""A demo world: people, agencies, crashes and outcomes that hang together. See docs/demo-data.md."""
