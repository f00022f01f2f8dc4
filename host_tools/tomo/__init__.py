"""Tomoshibi's host tools: flash, provision and test nodes, and run simulated sites."""

__version__ = "0.1.0"
