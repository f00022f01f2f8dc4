"""What a reset keeps, without a host: it ends the machine, and nothing outlives that."""

from _rv32 import end  # noqa: F401 - the desk's `_reset` has it


def memory(_path: str, size: int) -> memoryview:
    return memoryview(bytearray(size))
