"""Bisect the releases or commits between two endpoints: run a scenario at the points that the search selects."""
