"""What the product promises, held against everything that can be done to it. See `make help`."""
