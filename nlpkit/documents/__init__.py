"""Documents: their parts that are translated, and the same documents with translations in place of these."""
