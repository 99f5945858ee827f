"""Text: normalising, tokenising, counting and numbering."""
