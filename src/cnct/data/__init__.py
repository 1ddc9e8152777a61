"""Rows to files, and the local mirror. Fetches nothing: rows and pages are handed in."""
