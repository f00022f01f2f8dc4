"""The port's `os`, with an environment: lines NAME=value that QEMU has put into memory."""

import sys
from micropython import const
from uctypes import bytearray_at

# While sys.path is empty `import` finds the built-in module, not this file.
_path = sys.path[:]
sys.path.clear()
from os import *  # noqa: E402

sys.path.extend(_path)

# Beyond what the linker's script gives away; as proofs.budget.on_rv32 has it.
_ENVIRONMENT = const(0x80800000)
_SIZE = const(4096)


def _read() -> dict:
    text = bytes(bytearray_at(_ENVIRONMENT, _SIZE)).partition(b"\0")[0].decode()
    return dict(line.split("=", 1) for line in text.split("\n") if line)


_environment = _read()
_state = 1  # of urandom


def getenv(name: str):
    """The value of `name`, or None."""
    return _environment.get(name)


def putenv(name: str, value: str) -> None:
    _environment[name] = value


def urandom(count: int) -> bytes:
    """Other bytes in each call, and the same in every run: what is counted must be."""
    global _state
    found = bytearray(count)
    for i in range(count):
        # It comes back to where it was after 65,536 bytes.
        _state = (_state * 75 + 74) % 65_537
        found[i] = _state >> 8 & 0xFF
    return bytes(found)
