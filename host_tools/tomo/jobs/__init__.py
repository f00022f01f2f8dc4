"""What commands do, callable without a command line."""
