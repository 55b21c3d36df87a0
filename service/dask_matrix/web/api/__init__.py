"""The JSON API: its routes, and the schemas of its answers."""
