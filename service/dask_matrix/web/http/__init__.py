"""HTTP itself: middleware, parameters, content negotiation, problem documents, caching."""
