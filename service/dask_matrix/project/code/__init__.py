"""Which Dask APIs code uses, and where: read as text and parsed, never imported or run."""
