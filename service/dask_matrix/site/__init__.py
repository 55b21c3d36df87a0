"""The matrix as plain files: what the web application answers, asked in this process, with links that need no server."""
