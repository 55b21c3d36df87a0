"""Python interpreters, uv, scratch folders and leftover processes on this machine."""
