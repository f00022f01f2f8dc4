"""The commands: they take arguments, ask, and print."""
