"""What a user's project tells of itself: what it locks and which Dask APIs its code uses. Nothing of it is imported or executed."""
