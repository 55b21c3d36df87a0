"""Bisection: choose the next point of a history to test, and conclude from the results."""
