"""Flashing boards: what of an image goes where, one chip by way of esptool, many at once."""
