"""Keeps records in a database, SQLite by default. The only room that knows SQL."""
