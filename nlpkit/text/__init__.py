"""Text processing: normalisation, tokenisation, counting, vocabularies."""
