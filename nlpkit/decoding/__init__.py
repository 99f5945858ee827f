"""Decoding of sequences from a step-by-step model: greedy search, beam search, sampling, and constraints."""
