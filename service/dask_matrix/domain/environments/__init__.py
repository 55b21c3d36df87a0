"""Releases, commits and environments as values."""
