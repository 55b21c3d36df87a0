"""The web application: HTML pages, JSON API, feeds and badges. The only package that imports FastAPI and Jinja."""
