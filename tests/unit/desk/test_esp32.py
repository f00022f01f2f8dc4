"""The desk's esp32: partitions in the file flash.bin, at the offsets of the board's table.

registers begins at 206000, as docs and boards/flash_map have it; its 40000 bytes are 64 sectors.
"""

import os
import sys
import unittest
from esp32 import Partition

REGISTERS_AT = 0x206000
SETTINGS_AT = 0x202000


def find(label):
    return Partition.find(Partition.TYPE_DATA, label=label)[0]


def chip(at, size):
    """Bytes of the file."""
    with open("flash.bin", "rb") as file:
        file.seek(at)
        return file.read(size)


def run(script, chip):
    """Exit status of another process of this same program, which has that chip."""
    program = "'" + sys.executable.replace("'", "'\\''") + "'"  # its path may have anything in it
    return os.system("DESK_FLASH=%s %s %s 2>/dev/null >/dev/null" % (chip, program, script))


class TestFind(unittest.TestCase):
    def test_a_new_chip_is_blank_but_for_its_partition_table(self):
        find("registers")
        self.assertEqual(os.stat("flash.bin")[6], 4 * 1_024 * 1_024)
        self.assertEqual(chip(0x8000, 4), b"\xaa\x50\x01\x02")
        for at in (0, 0x7F00, 0x8C00, SETTINGS_AT, REGISTERS_AT, 0x3FFF00):
            self.assertEqual(chip(at, 256), b"\xff" * 256)

    def test_a_partition_is_found_by_its_label(self):
        # As on the ESP32: type, subtype, address, size, label, encrypted.
        found = find("registers").info()
        self.assertEqual(found, (1, 0x42, REGISTERS_AT, 0x40000, "registers", False))
        self.assertEqual(find("registers").ioctl(4, 0), 64)
        self.assertEqual(find("registers").ioctl(5, 0), 4_096)

    def test_partitions_are_found_by_type_and_subtype(self):
        apps = [part.info()[4] for part in Partition.find(Partition.TYPE_APP)]
        self.assertEqual(apps, ["factory"])
        data = [part.info()[4] for part in Partition.find(Partition.TYPE_DATA)]
        self.assertEqual(len(data), 8)
        self.assertNotIn("factory", data)
        fat = [part.info()[4] for part in Partition.find(Partition.TYPE_DATA, 0x81)]
        self.assertEqual(fat, ["vfs"])

    def test_what_is_not_there_is_not_found(self):
        self.assertEqual(Partition.find(Partition.TYPE_DATA, label="nothing"), [])
        self.assertEqual(Partition.find(Partition.TYPE_APP, label="registers"), [])
        self.assertEqual(Partition.find(Partition.TYPE_DATA, 0x41, label="registers"), [])

    def test_other_sizes_of_block_are_refused(self):
        self.assertRaises(ValueError, Partition.find, Partition.TYPE_DATA, 255, None, 512)


class TestChip(unittest.TestCase):
    def test_what_is_written_is_in_the_file_at_once_and_nowhere_else(self):
        find("registers").writeblocks(2, b"abc", 5)
        self.assertEqual(chip(REGISTERS_AT + 2 * 4_096 + 4, 5), b"\xffabc\xff")
        self.assertEqual(chip(SETTINGS_AT + 2 * 4_096 + 5, 3), b"\xff\xff\xff")

    def test_what_is_in_the_file_is_read(self):
        find("settings")
        with open("flash.bin", "r+b") as file:
            file.seek(SETTINGS_AT + 4_096 + 7)
            file.write(b"xyz")
        buf = bytearray(5)
        find("settings").readblocks(1, buf, 6)
        self.assertEqual(buf, b"\xffxyz\xff")

    def test_a_program_only_clears_bits_and_an_erase_sets_its_sector_alone(self):
        part = find("settings")
        part.writeblocks(1, b"\x0f", 0)
        part.writeblocks(1, b"\xf3", 0)
        part.writeblocks(2, b"\x55", 0)
        self.assertEqual(chip(SETTINGS_AT + 4_096, 2), b"\x03\xff")
        part.ioctl(6, 1)
        self.assertEqual(chip(SETTINGS_AT + 4_096, 2), b"\xff\xff")
        self.assertEqual(chip(SETTINGS_AT + 2 * 4_096, 1), b"\x55")

    def test_two_views_of_a_partition_are_of_the_same_cells(self):
        find("identity").writeblocks(0, b"\x12", 0)
        buf = bytearray(1)
        find("identity").readblocks(0, buf, 0)
        self.assertEqual(buf, b"\x12")

    def test_no_partition_reaches_into_the_next(self):
        part = find("identity")  # two sectors, and settings behind them
        for wrong in (
            lambda: part.ioctl(6, 2),
            lambda: part.writeblocks(2, b"\x00", 0),
            lambda: part.writeblocks(1, b"\x00\x00", 4_095),
            lambda: part.readblocks(2, bytearray(1), 0),
        ):
            self.assertRaises(OSError, wrong)
        self.assertEqual(chip(SETTINGS_AT, 4), b"\xff" * 4)


class TestFile(unittest.TestCase):
    def test_a_chip_that_is_there_is_taken_with_the_table_that_is_on_it(self):
        find("settings").writeblocks(0, b"kept", 100)
        os.rename("flash.bin", "before.bin")
        code = "from esp32 import Partition\nb = bytearray(4)\n"
        code += "Partition.find(1, label='settings')[0].readblocks(0, b, 100)\n"
        code += "open('told', 'w').write(b.decode())\n"
        with open("next_node.py", "w") as file:
            file.write(code)
        self.assertEqual(run("next_node.py", "before.bin"), 0)
        with open("told") as file:
            self.assertEqual(file.read(), "kept")

    def test_a_file_of_another_size_is_refused(self):
        with open("odd.bin", "wb") as file:
            file.write(b"\xff" * 4_096)
        with open("next_node.py", "w") as file:
            file.write("from esp32 import Partition\nPartition.find(1)\n")
        self.assertNotEqual(run("next_node.py", "odd.bin"), 0)
        self.assertEqual(os.stat("odd.bin")[6], 4_096)
