"""What a project is on now: a release, what is installed, or what a lock file says."""
