"""What is soldered on a board, read from its list of parts (docs/boards.md)."""
