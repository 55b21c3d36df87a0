"""Find the Dask API that a user's code uses, by parsing it; nothing is imported or executed."""
