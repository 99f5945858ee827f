"""Decoding: what turns a model's steps into sequences: greedy, beam, sampling, and constraints on them."""
