"""`make invariants`: the load control, driven through random outages, against its invariants."""
