"""The parts of a virtual board, each alone: flash, frames, check sum, ROM, what a boot looks at."""

import hashlib
import random
import re
import struct
import zlib
from functools import reduce

import pytest

from tests.desk_bridge import ROOT
from tests.host.virtual_chip import TABLE, image
from tomo.virtual.boot import boot
from tomo.virtual.checksum import checksum
from tomo.virtual.chip import ESP32, ESP32_S3, Chip
from tomo.virtual.flash import SECTOR, Flash
from tomo.virtual.rom import SYNC, Rom
from tomo.virtual.slip import Frames, framed

SIZE = 0x40000


@pytest.fixture
def flash(tmp_path):
    made = Flash(tmp_path / "chip.bin", SIZE)
    yield made
    made.close()


def test_programming_clears_bits_and_sets_none(flash):
    flash.program(SECTOR - 1, b"\xf0\xf0")
    flash.program(SECTOR - 1, b"\x3c\xff")
    assert flash.read(SECTOR - 2, 4) == b"\xff\x30\xf0\xff"


def test_a_sector_is_erased_whole_and_no_other(flash):
    flash.program(0, b"\0" * 3 * SECTOR)
    flash.erase(SECTOR + 5, 1)
    assert flash.read(0, 3 * SECTOR) == b"\0" * SECTOR + b"\xff" * SECTOR + b"\0" * SECTOR


def test_a_chip_outlives_its_process_and_a_smaller_one_spoils_nothing(tmp_path):
    path = tmp_path / "chip.bin"
    path.write_bytes(b"kept" * (SIZE // 4))
    small = Flash(path, SIZE // 2)
    small.erase(0, SECTOR)
    with pytest.raises(ValueError, match="not in a chip"):
        small.read(SIZE // 2 - 1, 2)
    small.close()
    big = Flash(path, 2 * SIZE)
    assert big.read(0, SECTOR + 4) == b"\xff" * SECTOR + b"kept"
    assert big.read(SIZE - 4, 8) == b"kept\xff\xff\xff\xff"
    big.close()


def test_a_bad_sector_keeps_its_bits(tmp_path):
    chip = Flash(tmp_path / "chip.bin", SIZE, bad=(SECTOR,))
    chip.program(0, b"\0" * 3 * SECTOR)
    assert chip.read(0, 3 * SECTOR) == b"\0" * SECTOR + b"\xff" * SECTOR + b"\0" * SECTOR
    chip.close()


def test_frames_come_in_any_pieces():
    sent = [b"\xc0\xdb", b"\xdb\xdc\xc0\xdd", SYNC, b"x"]
    wire = b"".join(map(framed, sent))
    for size in (1, 2, 3, 7, len(wire)):
        frames = Frames()
        pieces = [wire[at : at + size] for at in range(0, len(wire), size)]
        assert [frame for piece in pieces for frame in frames.feed(piece)] == sent


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 5_000])
def test_the_check_sum_is_the_xor_of_all_bytes(size):
    data = bytes(at * 7 & 0xFF for at in range(size))
    assert checksum(data) == reduce(lambda one, other: one ^ other, data, 0xEF)


def asked(rom, command, data=b"", total=0):
    """(value, data and status) of the first answer, and the frames after it."""
    first, *others = rom.answer(struct.pack("<BBHI", 0, command, len(data), total) + data)
    direction, told, length, value = struct.unpack_from("<BBHI", first)
    assert (direction, told, length) == (1, command, len(first) - 8)
    return (value, first[8:]), others


def block(number, data):
    return struct.pack("<IIII", len(data), number, 0, 0) + data, checksum(data)


def loaded(flash, number=1):
    """A ROM that has been given a stub."""
    rom = Rom(Chip(ESP32, number, SIZE), flash)
    _, others = asked(rom, 0x06, struct.pack("<II", 0, 0x40080000))
    assert others == [b"OHAI"]
    return rom


def test_a_block_with_a_wrong_check_sum_is_refused_by_rom_and_stub_and_not_written(flash):
    for rom, refused in (
        (Rom(Chip(ESP32, 1, SIZE), flash), b"\x01\x07\0\0"),
        (loaded(flash), b"\xc1\0"),
    ):
        flash.erase(0, SECTOR)
        asked(rom, 0x02, struct.pack("<IIII", 4, 1, 4, 0))
        data, total = block(0, b"good")
        assert asked(rom, 0x03, data, total ^ 1)[0][1] == refused
        assert flash.read(0, 4) == b"\xff" * 4
        assert asked(rom, 0x03, data, total)[0][1].strip(b"\0") == b""
        assert flash.read(0, 4) == b"good"


def test_a_broken_write_leaves_behind_it_what_the_stub_had_not_reached(flash):
    flash.program(0, b"old!" * (2 * SECTOR // 4))
    packed = zlib.compress(b"new!" * (2 * SECTOR // 4), 0)
    rom = loaded(flash)
    asked(rom, 0x10, struct.pack("<IIII", 2 * SECTOR, 2, SECTOR, 0))
    asked(rom, 0x11, *block(0, packed[: SECTOR // 2]))
    assert rom.stays
    assert flash.read(0, 4) == b"new!"
    assert flash.read(SECTOR, 4) == b"old!"


def test_a_stream_that_is_none_and_one_that_is_too_long_are_refused(flash):
    for size, stream, refused in (
        (4, b"no zlib stream", b"\xc7\0"),
        (4, zlib.compress(b"five!"), b"\xc9\0"),
    ):
        rom = loaded(flash)
        asked(rom, 0x10, struct.pack("<IIII", size, 1, SECTOR, 0))
        assert asked(rom, 0x11, *block(0, stream))[0][1] == refused


def test_data_without_a_begin_and_flash_beyond_the_chip_are_refused(flash):
    assert asked(loaded(flash), 0x03, *block(0, b"x"))[0][1] == b"\xc6\0"
    assert asked(loaded(flash), 0xD1, struct.pack("<II", SIZE, SECTOR))[0][1] == b"\xc4\0"


def test_what_is_only_the_stubs_is_unknown_to_the_rom(flash):
    rom = Rom(Chip(ESP32, 1, SIZE), flash)
    assert asked(rom, 0xD0)[0][1] == b"\x01\x05\0\0"
    flash.program(0, b"\0")
    assert asked(loaded(flash), 0xD0)[0][1] == b"\0\0"
    assert flash.read(0, 1) == b"\xff"


def test_the_end_of_a_write_leaves_the_rom_but_not_the_stub(flash):
    for flag, stays_stub in ((1, True), (0, False)):  # 0: the stub resets into the loader
        rom = loaded(flash)
        asked(rom, 0x04, struct.pack("<I", flag))
        assert (rom.left, rom.stub, rom.stays) == (False, stays_stub, not stays_stub)
    rom = Rom(Chip(ESP32, 1, SIZE), flash)
    asked(rom, 0x04, struct.pack("<I", 1))
    assert rom.left


def test_reading_sends_pieces_and_their_digest(flash):
    flash.program(10, b"content")
    answer, others = asked(loaded(flash), 0xD2, struct.pack("<IIII", 0, 5_000, 4_096, 64))
    assert answer[1] == b"\0\0"
    assert [len(frame) for frame in others] == [4_096, 904, 16]
    assert hashlib.md5(b"".join(others[:2])).digest() == others[2]


def test_frames_that_are_no_command_are_answered_by_none_or_refused(flash):
    rom = Rom(Chip(ESP32, 1, SIZE), flash)
    assert list(rom.answer(b"\0\x10\0\0")) == []
    assert asked(rom, 0x02, b"short")[0][1] == b"\x01\x05\0\0"
    cut = struct.pack("<BBHI", 0, 0x02, 16, 0) + b"less"
    assert next(iter(rom.answer(cut)))[8:] == b"\x01\x05\0\0"


def test_no_frame_whatever_it_holds_breaks_a_board(flash):
    dice = random.Random(1)
    for rom in (Rom(Chip(ESP32_S3, 1, SIZE), flash), loaded(flash)):
        for _ in range(1_000):
            command = dice.choice((*range(0x20), *range(0xD0, 0xE0)))
            numbers = [dice.choice((0, 1, 4, SECTOR, SIZE, 2**32 - 1)) for _ in range(6)]
            data = struct.pack("<6I", *numbers)[: dice.randrange(25)]
            for answer in rom.answer(struct.pack("<BBHI", 0, command, len(data), 0) + data):
                assert answer


def whole_chip(flash, **parts):
    flash.program(parts.get("loader_at", 0x1000), parts.get("loader", image()))
    flash.program(0x8000, parts.get("table", TABLE))
    flash.program(0x10000, parts.get("app", image(b"application " * 300, segments=3)))
    return boot(flash.read, SIZE, parts.get("chip_id", 0), parts.get("boot_at", 0x1000))


def test_what_is_whole_boots(flash):
    verdict = whole_chip(flash)
    assert verdict.boots
    assert verdict.lines == (
        "boot loader at 0x1000: whole",
        "partition table at 0x8000: 3 partitions",
        "application factory at 0x10000: whole",
    )


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"loader": b""}, "boot loader at 0x1000: invalid header: 0xffffffff"),
        ({"loader": image(segments=17)}, "boot loader at 0x1000: 17 segments"),
        ({"chip_id": 9}, "boot loader at 0x1000: for chip 0, this one is 9"),
        ({"table": b""}, "partition table at 0x8000: no partition table"),
        (
            {"table": TABLE[:12] + b"\1" + TABLE[13:]},
            "partition table at 0x8000: the partition table's check sum is wrong",
        ),
        ({"app": image(chip_id=5)}, "application factory at 0x10000: for chip 5, this one is 0"),
        ({"app": image()[:20]}, "application factory at 0x10000: segment 0 is cut off"),
        ({"boot_at": SIZE}, "boot loader at 0x40000: beyond the flash chip"),
    ],
)
def test_what_is_not_whole_does_not_boot(flash, parts, reason):
    verdict = whole_chip(flash, **parts)
    assert (verdict.boots, verdict.reason) == (False, reason)


def test_one_cleared_bit_of_an_application_is_found(flash):
    app = bytearray(image(b"application " * 300))
    app[2_000] &= app[2_000] - 1
    verdict = whole_chip(flash, app=bytes(app))
    assert not verdict.boots
    assert "application factory at 0x10000: check sum" in verdict.reason


def test_chips_are_told_by_their_registers():
    chip = Chip(ESP32, 0x1234, 4 << 20)
    assert (chip.mac, chip.read(0x3FF5A004), chip.read(0x3FF5A008)) == (
        "24:6f:28:00:12:34",
        0x28001234,
        0x246F,
    )
    assert chip.security() is None
    told = Chip(ESP32_S3, 1, 4 << 20).security()
    assert told
    assert struct.unpack_from("<I", told, 12) == (9,)


def test_the_parts_do_not_know_each_other():
    for part in ("flash", "chip", "rom", "boot", "users", "slip", "noise", "port"):
        text = (ROOT / "host_tools/tomo/virtual" / f"{part}.py").read_text(encoding="utf-8")
        assert set(re.findall(r"tomo\.virtual\.(\w+)", text)) <= {"checksum", "users"}, part
