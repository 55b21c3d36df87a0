"""The HTML pages: their routes, and a context for each template."""
