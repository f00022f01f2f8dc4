"""Property maps (9D, 9E, 9F) and instance and class lists (D5, D6, D7).

    up to 15 properties   count, then the EPCs
    16 and more           count, then 16 bytes: for EPC 0xhl bit (h - 8) of byte l is set

The bitmap is column-major: the byte comes from the low nibble, the bit from the high one.

    up to 84 objects      count, then 3 bytes each: class group, class, instance
    up to 8 classes       count, then 2 bytes each

Source: docs/echonet-lite.md, "Property maps".
"""

LIST_MOST = 15
MAP_SIZE = 17


def write_map(buf: bytearray, at: int, epcs) -> int:
    """Write the map of `epcs` (ascending, each once) to buf[at:]; its size, at most 17."""
    count = len(epcs)
    buf[at] = count
    if count <= LIST_MOST:
        for i, epc in enumerate(epcs):
            buf[at + 1 + i] = epc
        return 1 + count
    for i in range(16):
        buf[at + 1 + i] = 0
    for epc in epcs:
        buf[at + 1 + (epc & 0x0F)] |= 1 << ((epc >> 4) - 8)
    return MAP_SIZE


def read_map(data: bytes) -> list[int]:
    """The EPCs of a map, ascending. ValueError if it contradicts itself."""
    if not data:
        raise ValueError("empty property map")
    count = data[0]
    if count <= LIST_MOST and len(data) == 1 + count:
        epcs = sorted(data[1:])
    elif count > LIST_MOST and len(data) == MAP_SIZE:
        epcs = [
            (bit + 8) << 4 | low
            for bit in range(8)
            for low in range(16)
            if data[1 + low] >> bit & 1
        ]
    else:
        raise ValueError("property map of %d entries in %d bytes" % (count, len(data)))
    if len(epcs) != count or len(set(epcs)) != count or (epcs and epcs[0] < 0x80):
        raise ValueError("property map does not hold the %d entries it counts" % count)
    return epcs


def write_codes(buf: bytearray, at: int, codes, width: int, most: int) -> int:
    """Write a count and the first `most` codes, `width` bytes each; the size written."""
    count = min(len(codes), most)
    buf[at] = count
    to = at + 1
    for i in range(count):
        code = codes[i]
        for shift in range(8 * (width - 1), -1, -8):
            buf[to] = code >> shift & 0xFF
            to += 1
    return to - at


def read_codes(data: bytes, width: int) -> list[int]:
    """The objects or classes of a list. ValueError if count and size disagree."""
    if not data or len(data) != 1 + data[0] * width:
        raise ValueError("list of %d-byte codes is cut or too long" % width)
    return [int.from_bytes(data[at : at + width], "big") for at in range(1, len(data), width)]
