"""Downloads and uploads: bodies that go between files and the server without filling the memory."""
