"""Talking to nodes: what goes over the wire and what it means, without printing."""
