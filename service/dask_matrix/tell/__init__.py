"""An upgrade's answer in the words of whoever reads it: a terminal, a pull request, a CI system."""
