"""The boot ROM's serial loader, and the stub that a tool may load into it: commands and answers.

Frames without their SLIP coding, numbers little-endian:

    asked     00, command, u16 length, u32 check sum of a block, data
    answered  01, command, u16 length, u32 value, data, status

Status is 0 0, else from the ROM 1 and a code, from the stub a code and 0; the ROM adds 0 0.

A block's data begins with u32 length, u32 number, two u32 of 0. The stub's code is taken and not
run: from then on this class answers as the stub does.

Source: Espressif, esptool documentation, "Serial protocol"; what esptool 5.6 sends.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from tomo.virtual.checksum import checksum

SYNC = b"\x00\x08\x24\x00\x00\x00\x00\x00\x07\x07\x12\x20" + b"\x55" * 32
SPEED = 115_200  # baud, until a tool asks for another

_HEAD = struct.Struct("<BBHI")
_BLOCK = 16  # bytes before a block's own
_SECTOR = 0x1000
_SLOW = 64  # bytes of a READ_FLASH_SLOW, whatever was asked for


class Registers(Protocol):
    def read(self, address: int) -> int: ...
    def write(self, address: int, value: int, mask: int) -> None: ...
    def security(self) -> bytes | None: ...


class Memory(Protocol):
    """Raises ValueError for what does not lie in it."""

    def read(self, at: int, size: int) -> bytes: ...
    def md5(self, at: int, size: int) -> bytes: ...
    def erase(self, at: int, size: int) -> None: ...
    def program(self, at: int, data: bytes) -> None: ...

    size: int


class Refused(Exception):
    """A command that is not carried out: its code in the ROM, its code in the stub."""

    def __init__(self, rom: int, stub: int) -> None:
        super().__init__(rom, stub)
        self._rom = rom
        self._stub = stub

    def status(self, stub: bool) -> bytes:
        return bytes((self._stub, 0)) if stub else bytes((1, self._rom))


_UNKNOWN = (0x05, 0xFF)
_BAD_LENGTH = (0x05, 0xC0)
_BAD_CHECKSUM = (0x07, 0xC1)
_FLASH_FAILED = (0x06, 0xC4)
_NOT_WRITING = (0x06, 0xC6)
_BAD_DEFLATE = (0x0B, 0xC7)
_TOO_MUCH = (0x06, 0xC9)


class _Writing:
    """One write to flash: from its BEGIN to its END, its MD5 or the next BEGIN."""

    def __init__(self, begin: bytes, deflated: bool, memory: Memory, erase_first: bool) -> None:
        size, self.blocks, self._block_size, self._start = struct.unpack_from("<IIII", begin)
        self._end = self._start + size
        self._at = self._start
        self._memory = memory
        self._inflate = zlib.decompressobj() if deflated else None
        self._erased = self._start - self._start % _SECTOR
        if erase_first:
            self._erase(self._end)

    def take(self, number: int, data: bytes) -> None:
        if self._inflate:
            try:
                data = self._inflate.decompress(data)
            except zlib.error:
                raise Refused(*_BAD_DEFLATE) from None
        else:
            self._at = self._start + number * self._block_size
            data = data[: max(self._end - self._at, 0)]  # the last block is filled up with FF
        if self._at + len(data) > self._end:
            raise Refused(*_TOO_MUCH)
        self._erase(self._at + len(data))
        self._memory.program(self._at, data)
        self._at += len(data)

    def _erase(self, until: int) -> None:
        """The stub erases as it goes: what a broken write does not reach stays as it was."""
        if until > self._erased:
            until += -until % _SECTOR
            self._memory.erase(self._erased, until - self._erased)
            self._erased = until


class Rom:
    """One stay in the loader, from reset to `left`.

    speed     baud that the tool has asked for
    stays     no reset came from a tool that goes now: it was told to stay, or a write was begun and
              neither its end nor its check has come
    left      the tool has told the loader to start what is in flash
    on_block  called with (blocks done, blocks in all) before each block is written
    """

    def __init__(
        self,
        registers: Registers,
        memory: Memory,
        on_block: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> None:
        self.speed = SPEED
        self.left = False
        self.stub = False
        self._told_to_stay = False
        self._registers = registers
        self._memory = memory
        self._on_block = on_block
        self._writing: _Writing | None = None
        self._commands = {
            0x02: lambda data: self._begin(data, False),
            0x03: self._block,
            0x04: self._end,
            0x05: _nothing,
            0x06: self._run_loaded,
            0x07: self._load,
            0x08: _nothing,
            0x09: self._write_register,
            0x0A: _nothing,
            0x0B: _nothing,
            0x0D: _nothing,
            0x0E: self._read_slow,
            0x0F: self._change_speed,
            0x10: lambda data: self._begin(data, True),
            0x11: self._block,
            0x12: self._end,
            0x13: self._md5,
            0x14: self._security,
        }
        self._stubs_own = {
            0xD0: lambda _data: self._memory.erase(0, self._memory.size),
            0xD1: lambda data: self._memory.erase(*struct.unpack_from("<II", data)),
            0xD2: self._read,
            0xD3: self._run,
        }

    @property
    def stays(self) -> bool:
        return self._told_to_stay or self._writing is not None

    def answer(self, frame: bytes) -> Iterable[bytes]:
        """Carry a command out; the frames to send back, the long ones made as they are taken."""
        if len(frame) < _HEAD.size or frame[0] != 0:
            return ()  # what a tool says while it is sent flash: how much it has got
        _, command, length, self._sum = _HEAD.unpack_from(frame)
        data = frame[_HEAD.size :]
        was_stub = self.stub
        try:
            if len(data) != length:
                raise Refused(*_BAD_LENGTH)
            told = self._carry_out(command, data) or b""
            status = b"\0\0"
        except Refused as refused:
            told, status = b"", refused.status(was_stub)
        except ValueError:
            told, status = b"", Refused(*_FLASH_FAILED).status(was_stub)
        except struct.error:
            told, status = b"", Refused(*_BAD_LENGTH).status(was_stub)
        more: Iterable[bytes] = ()
        if not isinstance(told, bytes):
            told, more = b"", told
        told += status if was_stub else status + b"\0\0"
        head = _HEAD.pack(1, command, len(told), self._value(command, data))
        if command == SYNC[1]:
            return [head + told] * 8
        if self.stub and not was_stub:
            more = (b"OHAI",)
        return _then(head + told, more)

    def _carry_out(self, command: int, data: bytes) -> bytes | Iterator[bytes] | None:
        done = self._commands.get(command) or (self.stub and self._stubs_own.get(command))
        if not done:
            raise Refused(*_UNKNOWN)
        return done(data)

    def _value(self, command: int, data: bytes) -> int:
        if command == 0x0A and len(data) >= 4:
            return self._registers.read(struct.unpack_from("<I", data)[0])
        return 0 if self.stub else 0x20120707  # a SYNC tells by it who answers

    def _checked(self, data: bytes) -> tuple[int, bytes]:
        """Number and bytes of a block."""
        size, number = struct.unpack_from("<II", data)
        block = data[_BLOCK:]
        if len(block) != size:
            raise Refused(*_BAD_LENGTH)
        if checksum(block) != self._sum & 0xFF:
            raise Refused(*_BAD_CHECKSUM)
        return number, block

    def _begin(self, data: bytes, deflated: bool) -> None:
        self._writing = None
        begun = _Writing(data, deflated, self._memory, erase_first=not self.stub)
        self._writing = begun if begun.blocks else None

    def _block(self, data: bytes) -> None:
        number, block = self._checked(data)
        if not self._writing:
            raise Refused(*_NOT_WRITING)
        self._on_block(number, self._writing.blocks)
        self._writing.take(number, block)

    def _end(self, data: bytes) -> None:
        self._writing = None
        (stay,) = struct.unpack_from("<I", data)
        if not self.stub:
            self.left = True
        elif not stay:
            # The stub resets the chip, whose pin still says: loader.
            self.stub = False
            self._told_to_stay = True

    def _load(self, data: bytes) -> None:
        self._checked(data)

    def _run_loaded(self, data: bytes) -> None:
        _, entry = struct.unpack_from("<II", data)
        self.stub = self.stub or entry != 0

    def _write_register(self, data: bytes) -> None:
        for at in range(0, len(data) - 15, 16):
            address, value, mask, _ = struct.unpack_from("<IIII", data, at)
            self._registers.write(address, value, mask)

    def _change_speed(self, data: bytes) -> None:
        (self.speed,) = struct.unpack_from("<I", data)

    def _security(self, _data: bytes) -> bytes:
        told = self._registers.security()
        if told is None:
            raise Refused(*_UNKNOWN)
        return told

    def _md5(self, data: bytes) -> bytes:
        self._writing = None
        digest = self._memory.md5(*struct.unpack_from("<II", data))
        return digest if self.stub else digest.hex().encode()

    def _read_slow(self, data: bytes) -> bytes:
        (at,) = struct.unpack_from("<I", data)
        return self._memory.read(at, _SLOW)

    def _read(self, data: bytes) -> Iterator[bytes]:
        at, size, block, _ = struct.unpack_from("<IIII", data)
        if not block:
            raise Refused(*_BAD_LENGTH)
        digest = self._memory.md5(at, size)
        return _pieces(self._memory, at, size, block, digest)

    def _run(self, _data: bytes) -> None:
        self.left = True


def _nothing(_data: bytes) -> None:
    """Commands that change nothing here: SYNC, SPI set-up, room for code, READ_REG's value."""


def _then(first: bytes, more: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from more


def _pieces(memory: Memory, at: int, size: int, block: int, digest: bytes) -> Iterator[bytes]:
    for done in range(0, size, block):
        yield memory.read(at + done, min(block, size - done))
    yield digest
