"""Commits of dask and distributed: repositories, refs, versions and wheels."""
