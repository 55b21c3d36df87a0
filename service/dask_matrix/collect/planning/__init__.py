"""Plan a run: decide from stored results what must be executed."""
