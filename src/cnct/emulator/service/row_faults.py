"""Names in the state of a request with which faults change the rows of a list."""

PAGE_CAP = "page_cap"
"""Most rows of a page, whatever the limit."""

NEW_ROWS = "new_rows"
"""Number of rows to insert before a page is read; negative to delete rows."""

MOVES = "moves"
"""The `Moves` of a list before a page is read."""
