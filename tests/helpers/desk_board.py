"""Puts the profile of a board on the import path, as the program of a desk node has it."""

import sys


def use(name, room="boards/"):
    """`import board` finds boards/NAME, or NAME in another room, from now on. One a process."""
    for folder in sys.path:
        if folder.endswith("/tests/helpers"):
            sys.path.insert(0, folder[: -len("tests/helpers")] + room + name)
            return
    raise RuntimeError("tests/helpers is not on the path")
