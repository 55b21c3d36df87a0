"""Bisection: which point of a history to execute next, and what follows from the results."""
