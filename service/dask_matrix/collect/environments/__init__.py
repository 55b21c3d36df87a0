"""Resolve environments to locks, install them, and evict them when they take too much disk."""
