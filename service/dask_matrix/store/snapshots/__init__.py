"""Snapshots: evidence that ships as one compressed file."""
