"""Invented records: readable, the same for the same seed, and consistent with each other."""
