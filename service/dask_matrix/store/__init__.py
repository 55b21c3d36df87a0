"""Store records in a database (SQLite by default) and query them. The only room that knows SQL."""
