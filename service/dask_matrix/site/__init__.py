"""Export the matrix as static files: responses of the web application, with links rewritten to work without a server."""
