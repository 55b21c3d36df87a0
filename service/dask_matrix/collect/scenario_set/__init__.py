"""A scenario set: its matrix.toml, its known.toml, and its tests with their fingerprints."""
