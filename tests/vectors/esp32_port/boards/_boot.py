"""Stands for the start-up file that the port freezes."""
