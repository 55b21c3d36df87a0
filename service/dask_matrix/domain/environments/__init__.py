"""Releases, commit pairs, locks and environments as values."""
