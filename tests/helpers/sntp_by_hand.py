"""An SNTP server's answers, written from RFC 4330 alone: sections 3 and 4. Runs on both Pythons.

Big-endian: leap, version and mode; stratum, poll, precision; root delay and dispersion; reference
identifier; then four timestamps: reference, originate, receive, transmit.
"""

import struct

# From 1900-01-01 to 2000-01-01:
# a century of years of 365 days, and the leap days 1904 to 1996.
TO_2000_S = (36_500 + 24) * 86_400


def reply(
    question,
    seconds,
    fraction=0,
    leap=0,
    mode=4,
    stratum=2,
    identifier=b"\x7f\x00\x00\x01",
    originate=None,
):
    """Bytes for a question, at `seconds` since 2000-01-01 UTC and `fraction` of 2^32."""
    since_1900 = (TO_2000_S + seconds) & 0xFFFFFFFF
    head = struct.pack(">BBBbII", leap << 6 | 4 << 3 | mode, stratum, 6, -20, 0, 0)
    stamp = struct.pack(">II", since_1900, fraction)
    asked = question[40:48] if originate is None else originate
    return head + identifier + stamp + asked + stamp + stamp
