"""A node under load from the network for BENCH_MINUTES of virtual time: does its heap hold?

A datagram every BENCH_MEAN_MS on average, of every kind that costs memory, received as the ESP32's
port does it: each takes a buffer of the largest frame in one piece. One JSON line: the largest
piece of free heap, after a collection, at the worst minute; faults reported; frames sent.
"""

import asyncio
import gc
import json
import random
import sys
from os import getenv

import desk
import desk_clock

_MINUTE_MS = 60_000
_LARGEST = 1_473  # of a frame, and one byte

desk.set_up()

from tomoshibi.links import udp  # noqa: E402 - after the desk has been set up
from tomoshibi.node import start_up, whole_node  # noqa: E402

HEAD = b"\x10\x81\x00\x01\x05\xff\x01"
DATAGRAMS = (
    HEAD + b"\x0e\xf0\x00\x62\x01\xd6\x00",  # a search
    HEAD + b"\x0e\xf0\x01\x62\x04\x83\x00\x8a\x00\x9d\x00\x9f\x00",
    HEAD + b"\x02\x8d\x00\x62\x03\xe1\x00\xe7\x00\xe8\x00",
    HEAD + b"\x02\x8d\x01\x62\x02\xe2\x00\xe4\x00",
    HEAD + b"\x02\x8d\x02\x61\x01\xe0\x01\x05",
    HEAD + b"\x02\x91\x01\x62\x03\x84\x00\x85\x00\xb0\x00",
    HEAD + b"\x02\x87\x01\x62\x08" + b"\xd0\x00\xd1\x00\xd2\x00\xd3\x00" * 2,
    HEAD + b"\x02\x8d\x00\x62\xff" + b"\xe2\x00" * 255,
    HEAD + b"\x0e\xf0\x01\x74\x01\xd5\x04\x01\x01\x30\x01",  # a report of another node
    HEAD + b"\x01\x30\x00\x62\x01\x80\x00",  # for others
    bytes(1_400),
)

mean_ms = int(getenv("BENCH_MEAN_MS"))
seen = {"largest_free_bytes": 1 << 20, "faults": 0, "sent": 0, "minutes": 0}


async def receive(link):
    await asyncio.sleep_ms(random.randint(1, 2 * mean_ms))
    room = bytearray(_LARGEST)
    data = random.choice(DATAGRAMS)
    room[: len(data)] = data
    link.sender = "192.168.1.%d" % random.randint(1, 12)
    return bytes(memoryview(room)[: len(data)])


def send(_link, _buf, _length, _ip):
    seen["sent"] += 1
    return True


def largest_free() -> int:
    """Bytes of the largest piece that can be had, to 64 bytes."""
    gc.collect()
    low, high = 0, 1 << 17
    while high - low > 64:
        size = (low + high) // 2
        try:
            bytearray(size)
            low = size
        except MemoryError:
            high = size
    return low


def look():
    seen["minutes"] += 1
    seen["largest_free_bytes"] = min(seen["largest_free_bytes"], largest_free())
    if seen["minutes"] == int(getenv("BENCH_MINUTES")):
        print(json.dumps(seen))
        sys.exit(0)
    desk_clock.arm(minute, _MINUTE_MS)


reported = whole_node.Node._on_fault


def on_fault(self, job, fault):
    seen["faults"] += 1
    reported(self, job, fault)


udp.UdpLink.receive, udp.UdpLink.send = receive, send
whole_node.Node._on_fault = on_fault
minute = desk_clock.event(look)
desk_clock.arm(minute, _MINUTE_MS)
start_up.run("")
