"""`make reaction`: from the grid's first missing half cycle to the last relay, under load."""
