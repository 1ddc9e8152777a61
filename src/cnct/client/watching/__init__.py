"""Watches of sets: the rows that are new or have changed, look by look."""
