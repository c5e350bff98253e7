"""The servers that the program runs on where none are given: PostgreSQL and Valkey from Python wheels.

Standard library only: these modules run before Django, and start what its settings point at.
"""
