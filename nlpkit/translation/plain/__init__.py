"""Translation models computed by NumPy alone: the plain reference, and the fastest start for a few sentences."""
