"""tomo.image: whole chips and single partitions in files, and the documents kept in two copies."""

import struct
import zlib

import pytest

from boards.flash_map import FLASH_SIZE
from tests.host import chips
from tomo.errors import HostError, UsageError
from tomo.image import documents, flash_image
from tomo.transport.desk_node import Desk, DeskNode, lock_folder
from tomoshibi.wire import copies
from tomoshibi.wire.flash_bytes import crc24

HALF = chips.PLACES["settings"][1] // 2


def part_of(data, label):
    offset, size = chips.PLACES[label]
    return bytes(data[offset : offset + size])


def test_the_check_of_records_is_that_of_rfc_4880():
    assert crc24(b"123456789", 0, 9) == chips.crc24(b"123456789") == 0x21CF02


def test_a_blank_chip_has_the_table_and_nothing_else():
    assert flash_image.blank() == chips.chip()


def test_a_chip_is_read_by_its_own_table(tmp_path):
    (tmp_path / "chip").write_bytes(chips.whole_chip())
    image = flash_image.load(tmp_path / "chip")
    assert image.place("registers") == (0x206000, 0x40000)
    assert image.read("history", [(0, 3), (4, 4)]) == [b"TH\x01", struct.pack("<I", 1)]
    assert bytes(image.partition("settings")) == chips.settings()
    with pytest.raises(HostError, match="has no partition 'nothing'"):
        image.size("nothing")


@pytest.mark.parametrize("label", chips.PLACES)
@pytest.mark.parametrize("named", [True, False])
def test_a_file_of_one_partition_is_told_by_its_size(tmp_path, label, named):
    (tmp_path / "part").write_bytes(part_of(chips.whole_chip(), label))
    image = flash_image.load(tmp_path / "part", label if named else None)
    assert (image.has(label), image.size(label)) == (True, chips.PLACES[label][1])
    assert [other for other in chips.PLACES if image.has(other)] == [label]


@pytest.mark.parametrize("size", [0, 1, 4095, FLASH_SIZE - 1, FLASH_SIZE + 1, 2 * FLASH_SIZE])
def test_a_file_of_another_size_is_refused_with_the_sizes_there_are(tmp_path, size):
    (tmp_path / "odd").write_bytes(b"\xff" * size)
    with pytest.raises(HostError, match=r"odd has .*bytes: an image has 4194304") as error:
        flash_image.load(tmp_path / "odd")
    assert "registers 262144" in error.value.hint


def test_a_partition_that_does_not_fit_its_name_is_refused(tmp_path):
    (tmp_path / "part").write_bytes(bytes(0x4000))
    with pytest.raises(HostError, match="has 16384 bytes: partition 'events' has 131072"):
        flash_image.load(tmp_path / "part", "events")
    with pytest.raises(UsageError, match="no partition 'event'"):
        flash_image.load(tmp_path / "part", "event")


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(HostError, match=r"cannot read .*none: it is not there"):
        flash_image.load(tmp_path / "none")


@pytest.mark.parametrize(
    ("at", "written", "told"),
    [
        (0, b"\xff" * 32, "no partition table"),
        (12 * 32, b"\x00", None),  # behind the table's end
        (5, b"\x00", "check sum is wrong"),
    ],
)
def test_a_damaged_table_is_told(tmp_path, at, written, told):
    data = chips.chip()
    data[chips.TABLE + at : chips.TABLE + at + len(written)] = written
    (tmp_path / "chip").write_bytes(data)
    if told is None:
        flash_image.load(tmp_path / "chip")
        return
    with pytest.raises(flash_image.BadTable, match=told):
        flash_image.load(tmp_path / "chip")


def test_a_document_becomes_both_copies_and_touches_nothing_else(tmp_path):
    before = chips.whole_chip()
    path = tmp_path / "chip"
    path.write_bytes(before)
    document = {"name": "灯火", "loads": [{"tier": 0}]}
    documents.write(path, flash_image.load(path), "settings", document)
    # The newer copy had number 5 and is the second: so the first is written over first.
    wanted = chips.copy(b"S", 6, document, HALF) + chips.copy(b"S", 7, document, HALF)
    offset, size = chips.PLACES["settings"]
    before[offset : offset + size] = wanted
    assert path.read_bytes() == before


def test_the_first_document_ever_has_the_numbers_1_and_2(tmp_path):
    documents.put_node_settings(tmp_path, {"a": 1})
    part = part_of((tmp_path / "flash.bin").read_bytes(), "settings")
    assert part == chips.copy(b"S", 1, {"a": 1}, HALF) + chips.copy(b"S", 2, {"a": 1}, HALF)


def test_a_document_without_room_is_refused_and_nothing_changes(tmp_path):
    path = tmp_path / "chip"
    path.write_bytes(chips.whole_chip())
    with pytest.raises(HostError, match="bytes of settings do not fit into 8160"):
        documents.write(path, flash_image.load(path), "settings", {"name": "x" * 8_160})
    assert path.read_bytes() == chips.whole_chip()


OLD, NEW = {"line_hz": 50}, {"line_hz": 60}
BROKEN = chips.copy(b"S", 9, NEW, HALF)[:40] + b"X" + chips.copy(b"S", 9, NEW, HALF)[41:]
DEEP = b"[" * 6_000


def deep_copy():
    front = b"TS\x01\x00" + struct.pack("<III", 3, len(DEEP), zlib.crc32(DEEP))
    front += b"\xff" * 12
    return (front + chips.u24(chips.crc24(front)) + b"\xff" + DEEP).ljust(HALF, b"\xff")


@pytest.mark.parametrize(
    ("halves", "document", "states"),
    [
        ((chips.copy(b"S", 1, OLD, HALF), chips.copy(b"S", 2, NEW, HALF)), NEW, "whole whole"),
        ((chips.copy(b"S", 8, OLD, HALF), chips.copy(b"S", 2, NEW, HALF)), OLD, "whole whole"),
        ((chips.copy(b"S", 8, OLD, HALF), BROKEN), OLD, "whole damaged"),
        ((b"\xff" * HALF, chips.copy(b"S", 2, NEW, HALF)), NEW, "blank whole"),
        ((b"\xff" * HALF, b"\xff" * HALF), None, "blank blank"),
        ((BROKEN, b"\xff" * HALF), None, "damaged blank"),
        ((b"\0" * HALF, BROKEN), None, "damaged damaged"),
        ((chips.copy(b"I", 8, OLD, HALF), b"\xff" * HALF), None, "damaged blank"),
        ((deep_copy(), b"\xff" * HALF), None, "whole blank"),
        ((chips.copy(b"S", 8, [1], HALF), b"\xff" * HALF), None, "whole blank"),
    ],
)
def test_the_newer_whole_copy_counts(halves, document, states):
    found = documents.read(b"".join(halves), copies.SETTINGS)
    assert " ".join(copy.state for copy in found.copies) == states
    assert found.document() == document


# Desk nodes


def node(folder, settings=None):
    """A node that was never started: only its folder is made ready."""
    desk = Desk("panel", "submeter6", linked=False, command=("true",))
    with DeskNode(desk, folder, settings):
        pass


# A chip without settings: at a desk nobody waits 300 s for the loads to close.
NEW = {"wifi_ssid": "desk", "name": "panel", "return_hold_s": 5}


def test_a_node_without_settings_gets_the_desks_network_and_its_name(tmp_path):
    node(tmp_path / "a")
    assert documents.node_settings(tmp_path / "a") == NEW


def test_settings_and_all_else_in_a_chip_stay_unless_given(tmp_path):
    (tmp_path / "flash.bin").write_bytes(chips.whole_chip())
    node(tmp_path)
    assert (tmp_path / "flash.bin").read_bytes() == chips.whole_chip()
    node(tmp_path, {"line_hz": 50})
    assert documents.node_settings(tmp_path) == {"wifi_ssid": "desk", "line_hz": 50}
    data = (tmp_path / "flash.bin").read_bytes()
    assert part_of(data, "registers") == part_of(chips.whole_chip(), "registers")


def test_lost_settings_are_replaced(tmp_path):
    (tmp_path / "flash.bin").write_bytes(chips.whole_chip(settings=b"\0" * (2 * HALF)))
    node(tmp_path)
    assert documents.node_settings(tmp_path) == NEW


def test_two_nodes_do_not_share_a_chip(tmp_path):
    lock = lock_folder(tmp_path)
    with pytest.raises(HostError, match=r"a node runs in .*: its chip is not to be written"):
        node(tmp_path)
    lock.close()
    node(tmp_path)
    node(tmp_path)
