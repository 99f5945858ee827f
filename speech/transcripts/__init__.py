"""Transcripts: words with their times, and the files that hold them."""
