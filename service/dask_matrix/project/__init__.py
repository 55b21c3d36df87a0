"""Read a user's project: its lock file, and the Dask API that its code uses. Nothing in it is imported or executed."""
