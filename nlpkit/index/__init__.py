"""Search for the nearest vectors."""
