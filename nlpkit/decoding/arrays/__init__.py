"""The searches of `nlpkit.decoding` on NumPy arrays, for models that run without torch."""
