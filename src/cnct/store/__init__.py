"""Records in SQLite behind RQL. Knows the document and RQL; knows no HTTP and no client."""
