"""The OpenAPI description of the API, with its examples."""
