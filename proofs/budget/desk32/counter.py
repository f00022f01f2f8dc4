"""Counts on desk32 what the costed clock takes running to cost, in place of RV32's own counter."""

from _desk import go_on, instructions, pause  # noqa: F401

from _reset import end  # noqa: F401
