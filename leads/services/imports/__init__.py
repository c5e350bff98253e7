"""Bringing in files of leads: read, place the columns, refuse what is wrong, store the rest in sets."""
