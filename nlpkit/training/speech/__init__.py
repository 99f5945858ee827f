"""Training of speech recognition: classifiers of clips, and transcripts by CTC."""
