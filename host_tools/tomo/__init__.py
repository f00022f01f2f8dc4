"""Tomoshibi's host tools: flash, provision and test nodes, and run simulated sites."""

from tomoshibi.wire.release import VERSION as __version__

__all__ = ("__version__",)
