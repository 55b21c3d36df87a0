"""HTTP: middleware, query parameters, content negotiation, problem documents, caching."""
