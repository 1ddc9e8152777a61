"""Usage files: workbooks from rows, and their way through Connect until each row is accepted."""
