"""Commissioning a fitted node: what was expected of it, what was seen, what is wrong."""
