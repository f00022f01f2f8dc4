"""Counts what the processor executes. On the desk one of this name counts what is estimated."""

from _rv32 import end, go_on, instructions, pause  # noqa: F401
