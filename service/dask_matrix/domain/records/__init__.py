"""Records as they are written and read, and the objects that they describe."""
