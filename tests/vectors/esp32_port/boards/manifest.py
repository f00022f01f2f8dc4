"""Stands for the ESP32 port's own manifest, which is not in every MicroPython source archive."""

include("$(MPY_DIR)/extmod/asyncio")
module("_boot.py")
