"""HMAC-SHA-256, which MicroPython does not bring.

Source: RFC 2104; test vectors in RFC 4231.
"""

import hashlib

_BLOCK = 64


def hmac_sha256(key: bytes, message: bytes | bytearray) -> bytes:
    """The 32-byte code of `message` under `key`."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    block = bytearray(_BLOCK)
    inner = hashlib.sha256(_masked(block, key, 0x36))
    inner.update(message)
    outer = hashlib.sha256(_masked(block, key, 0x5C))
    outer.update(inner.digest())
    return outer.digest()


def _masked(block: bytearray, key: bytes, mask: int) -> bytearray:
    """`block`, made the padded key: one block serves both hashes, to take less heap."""
    size = len(key)
    for i in range(_BLOCK):
        block[i] = key[i] ^ mask if i < size else mask
    return block
