"""Writes that read first: updates of changed fields, and creates of resources that are missing."""
