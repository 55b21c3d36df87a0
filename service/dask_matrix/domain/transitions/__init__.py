"""Where the verdicts of a scenario change from one release to the next."""
