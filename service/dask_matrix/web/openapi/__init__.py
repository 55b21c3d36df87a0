"""The OpenAPI description of the API, with examples."""
