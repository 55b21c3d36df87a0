"""Commits of dask and distributed: the repositories they are in, what refs mean, their versions, and their wheels."""
