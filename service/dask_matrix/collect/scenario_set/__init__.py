"""A scenario set: its configuration, its tests and their fingerprints, its known failures."""
