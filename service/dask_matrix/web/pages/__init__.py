"""HTML pages: routes, and the context of each template."""
