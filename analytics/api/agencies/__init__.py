"""Agencies over HTTP, with what their leads say about them."""
