"""Feeds of verdict changes, and badges."""
