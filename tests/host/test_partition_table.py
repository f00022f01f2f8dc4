"""boards.partition_table and boards.flash_map: what ESP-IDF's boot loader finds at 8000.

Source: ESP-IDF programming guide, "Partition tables", and esp_flash_partitions.h: magic 50AA
(little-endian), type, subtype, offset, size, 16 bytes of label, flags; MD5 behind EB EB and
fourteen FF; 0xC00 bytes in all, at most 95 entries. Stock rows: MicroPython 1.25,
ports/esp32/partitions-4MiB.csv.
"""

import hashlib

import pytest
from mp_image_tool_esp32.partition_table import PartitionTable

from boards.flash_map import FLASH_SIZE, PARTITIONS, TABLE_AT
from boards.partition_table import SIZE, pack, unpack

ROWS = (("nvs", 1, 2, 0x9000, 0x6000), ("sixteen letters!", 0, 0x10, 0x10000, 0x123000))
ENTRIES = bytes.fromhex(
    "aa50 01 02 00900000 00600000 6e767300000000000000000000000000 00000000"
    "aa50 00 10 00000100 00301200 7369787465656e206c65747465727321 00000000"
)
END = bytes.fromhex("ebeb") + b"\xff" * 14
TABLE = (ENTRIES + END + hashlib.md5(ENTRIES).digest()).ljust(0xC00, b"\xff")


def test_a_table_is_packed_as_the_boot_loader_reads_it():
    assert SIZE == 0xC00
    assert pack(ROWS) == TABLE


def test_a_table_is_read_as_packed():
    assert unpack(TABLE) == list(ROWS)
    assert unpack(bytearray(TABLE)) == list(ROWS)
    assert unpack(pack(PARTITIONS)) == list(PARTITIONS)


def test_any_flipped_bit_in_the_entries_or_their_check_is_noticed():
    for bit in range(8 * (len(ENTRIES) + 32)):
        if len(ENTRIES) + 2 <= bit // 8 < len(ENTRIES) + 16:
            continue  # the fourteen FF, which nothing reads
        wrong = bytearray(TABLE)
        wrong[bit // 8] ^= 1 << bit % 8
        # A label that is no UTF-8 any more is found before the check is reached.
        with pytest.raises(ValueError, match=r"partition table|decode"):
            unpack(wrong)


def test_what_holds_no_table_is_refused():
    for data in (b"\xff" * 0xC00, bytes(0xC00), b"", TABLE[: len(ENTRIES)], ENTRIES[:32] * 96):
        with pytest.raises(ValueError, match="no partition table"):
            unpack(data)


def rows_by_name():
    return {row[0]: row[1:] for row in PARTITIONS}


def test_up_to_the_program_the_map_is_that_of_a_stock_image():
    rows = rows_by_name()
    assert rows["nvs"] == (1, 2, 0x9000, 0x6000)
    assert rows["phy_init"] == (1, 1, 0xF000, 0x1000)
    assert rows["factory"] == (0, 0, 0x10000, 0x1F0000)


def test_partitions_are_whole_sectors_one_behind_the_other_up_to_the_end_of_the_chip():
    # The table itself takes the sector at 8000.
    assert (TABLE_AT, FLASH_SIZE) == (0x8000, 4 * 1024 * 1024)
    end = TABLE_AT + 0x1000
    for label, _, _, offset, size in PARTITIONS:
        assert offset % 4096 == 0, label
        assert size % 4096 == 0, label
        assert size > 0, label
        assert offset >= end, label
        end = offset + size
    assert end <= FLASH_SIZE


def test_a_program_begins_at_64_kib_as_the_boot_loader_demands():
    assert all(row[3] % 0x10000 == 0 for row in PARTITIONS if row[1] == 0)


def test_labels_are_short_enough_and_used_once():
    labels = [row[0] for row in PARTITIONS]
    assert len(set(labels)) == len(labels) <= 95
    # One of the 16 bytes ends the label for those that read it as a C string.
    assert all(0 < len(label.encode()) <= 15 for label in labels)


def test_no_two_data_partitions_have_one_subtype():
    subtypes = [row[1:3] for row in PARTITIONS]
    assert len(set(subtypes)) == len(subtypes)


def test_each_room_has_the_sectors_it_was_given():
    sectors = {label: size // 4096 for label, (_, _, _, size) in rows_by_name().items()}
    # Two copies of one and of two sectors; 64 of registers; 31 of events beside the open one;
    # a hundred days and more.
    assert (sectors["identity"], sectors["settings"], sectors["registers"]) == (2, 4, 64)
    assert (sectors["events"], sectors["history"]) == (32, 106)


def test_an_independent_parser_takes_the_table_of_our_flash_map():
    # mp-image-tool-esp32, which is for images of MicroPython.
    table = PartitionTable.from_bytes(pack(PARTITIONS), FLASH_SIZE)
    table.check()
    assert [(row.name, row.type, row.subtype, row.offset, row.size) for row in table] == [
        *PARTITIONS
    ]
