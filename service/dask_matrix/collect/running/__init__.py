"""Execute a run: one nox session per environment, from installation to the last record."""
