"""The check sum of Espressif's boot ROM, of transferred blocks and of images in flash."""

START = 0xEF


def checksum(data: bytes, start: int = START) -> int:
    """XOR of `start` and all bytes. Folds halves of one big number: byte by byte takes too long."""
    value = int.from_bytes(data, "big")
    bits = 8 << max(len(data) - 1, 0).bit_length()
    while bits > 8:
        bits //= 2
        value = value >> bits ^ value & (1 << bits) - 1
    return value ^ start
