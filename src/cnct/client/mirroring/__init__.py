"""Keeps a local mirror up to date. The mirror's file is in `cnct.data.mirror`."""
