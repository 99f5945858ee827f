"""Words and their vectors: a table, what can be asked of it, and where it is kept."""
