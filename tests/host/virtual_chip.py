"""Images for virtual boards, small and of no code, and a tray that is served meanwhile."""

import collections
import contextlib
import gc
import io
import struct
import threading
from functools import reduce

import esptool
from esptool.util import FatalError

from boards import partition_table
from tomo.virtual.tray import Tray

TABLE = partition_table.pack(
    (
        ("nvs", 1, 0x02, 0x9000, 0x6000),
        ("factory", 0, 0x00, 0x10000, 0x20000),
        ("vfs", 1, 0x81, 0x30000, 0x10000),
    )
)


def image(code=b"no code", chip_id=0, segments=1):
    """An image of Espressif's format, written from its description byte by byte."""
    code += bytes(-len(code) % 4)
    data = struct.pack("<BBBBI", 0xE9, segments, 0, 0x20, 0x40080000)
    data += struct.pack("<BBBBHBHH4sB", 0xEE, 0, 0, 0, chip_id, 0, 0, 0xFFFF, bytes(4), 0)
    for _ in range(segments):
        data += struct.pack("<II", 0x40080000, len(code)) + code
    total = reduce(lambda one, other: one ^ other, code * segments, 0xEF)
    return data + bytes(-len(data) % 16 or 16)[:-1] + bytes((total,))


class Served(Tray):
    """What is appended to `todo` is called by whoever serves it."""

    todo: collections.deque

    def __enter__(self):
        self.todo = collections.deque()
        super().__enter__()
        return self


@contextlib.contextmanager
def served(folder, count=1, faults=(), programs=None):
    """A tray and what it tells, served by a thread of its own."""
    ended = threading.Event()
    told = []
    with Served(folder, count, dict(faults), lambda *words: told.append(words), programs) as tray:

        def done():
            while tray.todo:
                tray.todo.popleft()()
            return ended.is_set()

        thread = threading.Thread(target=tray.serve, args=(done,), daemon=True)
        thread.start()
        try:
            yield tray, told
        finally:
            ended.set()
            thread.join(5)


def esp(port, *words):
    """Unmodified esptool as a call: what it prints, and its last word if it gives up."""
    printed = io.StringIO()
    last = ""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            esptool.main(["--port", str(port), *map(str, words)])
        except SystemExit as end:
            last = f"status {end.code}" if end.code else ""
        except FatalError as error:
            last = f"FatalError: {error}"
    if last:
        gc.collect()  # frames of the failure have the port open
    return printed.getvalue() + last
