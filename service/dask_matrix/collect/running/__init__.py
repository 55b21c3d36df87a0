"""Runs: the nox sessions of one run, from installing to the last record."""
