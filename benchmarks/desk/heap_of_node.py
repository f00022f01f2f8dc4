"""Boots the node that the environment names and prints its heap after a minute, by part.

One JSON line, bytes after a collection:

    desk        in use before the firmware was imported: the desk's own modules and chips
    all         in use with the node running
    stand_ins   of that, what the firmware has made of the desk: pins, buses, flash, sockets
    code        {module: {name: bytes}} of the firmware's classes and functions; "": its names
    data        what they hold, by holder; what is in no sum are frames of coroutines
"""

import asyncio
import gc
import json
import network
import socket
import sys
from esp32 import Partition

import heap_parts

import desk
import desk_clock

AFTER_MS = 60_000
HEAP = 512 * 1024  # as benchmarks.memory gives it: counting takes room, too
# Of C, which a node makes.
_OF_C = ("socket", "FileIO", "poll")
node = None


def report():
    gc.collect()
    taken = {"desk": before, "all": gc.mem_alloc()}
    heap = heap_parts.Heap(HEAP)
    taken["code"] = _code(heap)
    taken["data"], taken["stand_ins"] = _data(heap)
    print(json.dumps({"heap": taken}))
    sys.exit(0)


def _code(heap):
    return {
        name: heap.code(module)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "tomoshibi"
    }


def _data(heap):
    holders = [("storage", node._storage), ("control", node._control)]
    holders += [(job.name, job) for job in node._jobs] + [("node", node)]
    data, stand_ins = {}, 0
    for _name, holder in holders:
        heap.fresh(holder)  # it counts as itself, not as what another holds
    for name, holder in holders:
        own, foreign = heap.data(list(holder.__dict__.values()), _is_foreign)
        data[name] = data.get(name, 0) + own + heap_parts.instance(holder)
        stand_ins += foreign
    return data, stand_ins


def _is_foreign(thing):
    kind = type(thing)
    names = getattr(kind, "__dict__", None)
    made_in = names.get("__module__", "tomoshibi") if type(names) is dict else "tomoshibi"
    return not made_in.startswith("tomoshibi") or kind.__name__ in _OF_C


desk.set_up()
# What the desk imports when it is first asked, such as for its flash.
loaded = (asyncio.sleep_ms, asyncio.create_task, asyncio.run, network, socket)
Partition.find(Partition.TYPE_DATA, label="registers")
gc.collect()
before = gc.mem_alloc()
desk_clock.arm(desk_clock.event(report), AFTER_MS)

from tomoshibi.node.start_up import run  # noqa: E402 - what importing costs is what is measured
from tomoshibi.node.whole_node import Node  # noqa: E402

_build = Node.__init__


def _note(built, *arguments):
    global node
    node = built
    _build(built, *arguments)


Node.__init__ = _note
if Node.__dict__["__module__"] != "tomoshibi.node.whole_node":
    del sys.modules["tomoshibi.node.whole_node"]  # an image never asks for it by this name
run("")
