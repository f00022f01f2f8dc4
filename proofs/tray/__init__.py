"""A tray of virtual boards from blank chips to nodes in an outage, and cables pulled on the way."""
