"""Environments: resolved to locks, installed, and evicted when they take too much room."""
