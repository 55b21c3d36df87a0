"""The Dask release that a project uses now: given, installed, or in a lock file."""
