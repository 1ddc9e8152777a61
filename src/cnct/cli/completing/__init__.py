"""Completion of command lines in shells. Loads no click, requests, rich or msgspec.

`answering` is the entry; `names` are the document's, as compact as completion needs them.
"""
