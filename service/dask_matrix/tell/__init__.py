"""Write an answer as text for a terminal, a pull request or a CI system."""
