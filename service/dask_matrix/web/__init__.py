"""Shows what the store knows: pages, JSON routes, and the words for verdicts. The only room that knows FastAPI."""
