"""What stands in the way on this machine, and of a node; each check is a small function."""
