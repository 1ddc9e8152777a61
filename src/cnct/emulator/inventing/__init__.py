"""Invents records: readable, repeatable by seed, and consistent with each other. Stores none."""
