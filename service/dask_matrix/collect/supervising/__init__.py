"""Run one session: its job file, the harness process, its progress."""
