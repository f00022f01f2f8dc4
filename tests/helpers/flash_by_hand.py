"""What lies in flash, put together with nothing but struct: shares no line with the room wire.

The check is RFC 4880's CRC-24 in the form printed there, bit by bit.
"""

import struct


def crc24(data, crc=0xB704CE):
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


def agreeing(data, start=0xB704CE):
    """`data` and three bytes more, of all which the check is FFFFFF, as blank flash has it."""
    crc = 0xFFFFFF
    for _ in range(24):  # backwards: the polynomial's lowest bit is set
        crc = (crc ^ 0x1864CFB if crc & 1 else crc) >> 1
    return data + struct.pack(">I", crc ^ crc24(data, start))[1:]


def u24(value):
    return struct.pack("<I", value)[:3]


def u32(value):
    return struct.pack("<I", value)


def start_of(sequence):
    """Where the checks of the records in a sector start."""
    return 0xB704CE ^ sequence & 0xFFFFFF


def padded(data, size, filler=b"\xff"):
    return data + filler * (size - len(data))


def head(ring, sequence, info=b"", mark=b"\x5a"):
    """The 32 bytes that begin a sector of `ring` (b"R", b"H", b"E")."""
    body = b"T" + ring + b"\x01\x00" + u32(sequence) + padded(info, 20, b"\x00")
    return body + u24(crc24(body)) + mark


def register_record_before(sequence, number, entries):
    """A record of the first layout. entries: (register, whole, rest)"""
    body = b"\xa5" + bytes((len(entries),)) + u24(number)
    for register, whole, rest in entries:
        body += bytes((register,)) + u32(whole) + u24(rest)
    body = padded(body, 61)
    return body + u24(crc24(body, start_of(sequence)))


def register_record(sequence, number, entries, every=True):
    """entries: (register, whole, rest), ascending. every: not only the lowest byte of energies"""
    body, group = b"", 15
    for of in range(64):
        mine = [entry for entry in entries if entry[0] // 4 == of]
        if mine:
            step = (of - group) % 64
            body += b"\xf0" * ((step - 1) // 15)
            body += bytes(((step - 1) % 15 + 1 << 4 | sum(1 << entry[0] % 4 for entry in mine),))
            group = of
        for register, whole, rest in mine:
            body += _register(register, whole, rest, every)
    body = b"?" + bytes((number % 256,)) + body
    body += bytes(-(len(body) + 3) % 4)
    body = bytes(((len(body) + 3) // 4,)) + body[1:]
    return body + u24(crc24(body, start_of(sequence)))


def _register(register, whole, rest, every):
    if register < 64:
        return u32(whole)
    if not every:
        return u24(rest) + bytes((whole % 256,))
    return u24(rest | 1 << 22) + u32(whole) if whole else u24(rest | 1 << 23)


def history_record(sequence, slot, quality, boot, readings):
    """readings: (import, export) by branch; None for no data"""
    body = bytes((slot, quality, len(readings))) + struct.pack("<H", boot)
    for pair in readings:
        for wh in pair:
            body += b"\xff\xff\xff\xff" if wh is None else u32(wh)
    return body + u24(crc24(body, start_of(sequence)))


def flipped(data):
    """(bit number, a copy of `data` with that bit the other way) for each of its bits."""
    for bit in range(8 * len(data)):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        yield bit, wrong
