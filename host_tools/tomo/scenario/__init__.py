"""Scenario files: what a site is, what happens to it, and what must hold."""
