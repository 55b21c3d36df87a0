"""The JSON API: routes, and request and response models."""
