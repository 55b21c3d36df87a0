"""One session from outside: its job, its harness process, its progress."""
