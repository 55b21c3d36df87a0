"""What a run finds on this machine: Python interpreters, uv, scratch folders, processes."""
