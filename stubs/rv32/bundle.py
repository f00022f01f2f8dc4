"""Files that QEMU has put into memory, as a file system to read from.

They begin with a list, a line "PATH OFFSET SIZE" for each file after an empty one, ended by a zero
byte. Offsets are from the beginning.
"""

import errno
from io import BytesIO, StringIO
from micropython import const
from uctypes import bytearray_at

# As tests.rv32.machine fills it.
_AT = const(0x83000000)
_LIST_SIZE = const(16384)
_FOLDER = const(0x4000)
_FILE = const(0x8000)


class Bundle:
    def __init__(self) -> None:
        self._list = bytes(bytearray_at(_AT, _LIST_SIZE)).partition(b"\0")[0]

    def mount(self, _readonly, _mkfs) -> None:
        pass

    def umount(self) -> None:
        pass

    def open(self, path: str, mode: str):
        begin = self._list.find(b"\n" + _of_root(path) + b" ")
        if begin < 0:
            raise OSError(errno.ENOENT)
        if "r" not in mode:
            raise OSError(errno.EROFS)
        line = self._list[begin + 1 :].partition(b"\n")[0]
        _, offset, size = line.split(b" ")
        data = bytes(bytearray_at(_AT + int(offset), int(size)))
        return BytesIO(data) if "b" in mode else StringIO(data.decode())

    def stat(self, path: str) -> tuple:
        path = _of_root(path)
        if b"\n" + path + b" " in self._list:
            return (_FILE,) + (0,) * 9
        if b"\n" + path + b"/" in self._list:
            return (_FOLDER,) + (0,) * 9
        raise OSError(errno.ENOENT)


def _of_root(path: str) -> bytes:
    return path.lstrip("/").encode()
