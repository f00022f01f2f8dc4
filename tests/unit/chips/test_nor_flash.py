"""nor_flash: the chip that desk nodes keep their data in, against the data sheet W25Q32JV.

Erase sets a sector of 4096 bytes to ones; a program clears bits, within a page of 256 bytes.
"""

import unittest

from cut_flash import Cut, cuts, everything, first_half, nothing, torn

from nor_flash import PAGE, SECTOR, NorFlash, PowerCut


class Case(unittest.TestCase):
    def setUp(self):
        self.done = []
        self.memory = bytearray(b"\xff" * (4 * SECTOR))
        self.flash = NorFlash(self.memory, on_operation=self.note)

    def note(self, _flash, erase, at, data):
        self.done.append((erase, at, None if data is None else bytes(data)))

    def read(self, sector, size, offset=0):
        buf = bytearray(size)
        self.flash.readblocks(sector, buf, offset)
        return bytes(buf)


class TestChip(Case):
    def test_sizes_are_those_of_the_data_sheet(self):
        self.assertEqual((SECTOR, PAGE), (4_096, 256))
        self.assertEqual((self.flash.ioctl(4, 0), self.flash.ioctl(5, 0)), (4, 4_096))

    def test_a_program_turns_ones_into_zeros_and_no_zero_into_one(self):
        self.flash.writeblocks(1, b"\x0f\x55\x00\xff", 10)
        self.assertEqual(self.read(1, 6, 9), b"\xff\x0f\x55\x00\xff\xff")
        self.flash.writeblocks(1, b"\xf0\xaa\xff\x81", 10)
        self.assertEqual(self.read(1, 6, 9), b"\xff\x00\x00\x00\x81\xff")

    def test_an_erase_sets_one_sector_to_ones_and_no_other(self):
        for sector in range(4):
            self.flash.writeblocks(sector, b"\x00" * SECTOR, 0)
        self.flash.ioctl(6, 2)
        self.assertEqual(self.memory[2 * SECTOR : 3 * SECTOR], b"\xff" * SECTOR)
        self.assertEqual(self.memory[: 2 * SECTOR], b"\x00" * (2 * SECTOR))
        self.assertEqual(self.memory[3 * SECTOR :], b"\x00" * SECTOR)

    def test_a_write_across_pages_is_a_program_for_each(self):
        data = bytes(range(256)) + b"\x11" * 300
        self.flash.writeblocks(0, data, 200)
        # 56 bytes to the end of the first page, a whole one, and the rest of 244.
        expected = [(False, 200, data[:56]), (False, 256, data[56:312]), (False, 512, data[312:])]
        self.assertEqual(self.done, expected)
        self.assertEqual(self.read(0, len(data), 200), data)
        self.assertEqual(self.flash.programs, 3)

    def test_a_write_that_ends_with_its_page_is_one_program(self):
        self.flash.writeblocks(0, b"\x22" * 256, 256)
        self.flash.writeblocks(0, b"\x33", 255)
        self.assertEqual([at for _, at, _ in self.done], [256, 255])

    def test_a_write_without_an_offset_erases_first(self):
        # As MicroPython's simple block devices: whole blocks, whatever was there.
        self.flash.writeblocks(1, b"\x00" * 8, 0)
        self.flash.writeblocks(1, b"\x5a" * SECTOR)
        self.assertEqual(self.read(1, SECTOR), b"\x5a" * SECTOR)
        self.assertEqual(self.flash.worn, [0, 1, 0, 0])

    def test_what_lies_outside_is_refused_and_nothing_changed(self):
        buf = bytearray(8)
        for wrong in (
            lambda: self.flash.readblocks(4, buf, 0),
            lambda: self.flash.readblocks(3, buf, SECTOR - 7),
            lambda: self.flash.readblocks(-1, buf, 0),
            lambda: self.flash.readblocks(0, buf, -1),
            lambda: self.flash.writeblocks(4, b"\x00", 0),
            lambda: self.flash.writeblocks(3, b"\x00\x00", SECTOR - 1),
            lambda: self.flash.ioctl(6, 4),
            lambda: self.flash.ioctl(6, -1),
        ):
            self.assertRaises(OSError, wrong)
        self.assertEqual(self.memory, b"\xff" * (4 * SECTOR))
        self.assertEqual(self.done, [])

    def test_a_part_of_a_larger_memory_knows_nothing_of_the_rest(self):
        part = NorFlash(self.memory, SECTOR, 2 * SECTOR)
        self.assertEqual(part.ioctl(4, 0), 2)
        part.writeblocks(0, b"\x00" * SECTOR, 0)
        part.writeblocks(1, b"\x00" * SECTOR, 0)
        self.assertRaises(OSError, part.ioctl, 6, 2)
        part.ioctl(6, 1)
        expected = b"\xff" * SECTOR + b"\x00" * SECTOR + b"\xff" * (2 * SECTOR)
        self.assertEqual(self.memory, expected)

    def test_operations_and_wear_are_counted(self):
        for sector in (1, 1, 3):
            self.flash.ioctl(6, sector)
        self.flash.writeblocks(0, b"\x00", 0)
        self.assertEqual((self.flash.erases, self.flash.programs), (3, 1))
        self.assertEqual(self.flash.worn, [0, 2, 0, 1])


class TestCuts(Case):
    def test_what_is_told_of_an_operation_comes_before_it_is_done(self):
        self.flash.on_operation = Cut(1, nothing)
        self.flash.writeblocks(0, b"\x00", 0)
        self.assertRaises(PowerCut, self.flash.writeblocks, 0, b"\x00", 1)
        self.assertRaises(PowerCut, self.flash.ioctl, 6, 0)
        self.assertEqual(self.read(0, 3), b"\x00\xff\xff")
        self.assertEqual((self.flash.programs, self.flash.erases), (1, 0))

    def test_a_cut_is_not_caught_as_an_exception(self):
        self.assertFalse(issubclass(PowerCut, Exception))

    def test_half_an_erase_and_half_a_program_leave_half(self):
        self.flash.writeblocks(0, b"\x00" * SECTOR, 0)
        self.flash.on_operation = Cut(0, first_half)
        self.assertRaises(PowerCut, self.flash.ioctl, 6, 0)
        self.assertEqual(self.read(0, SECTOR), b"\xff" * 2_048 + b"\x00" * 2_048)
        self.assertRaises(PowerCut, self.flash.writeblocks, 0, b"\x12\x34\x56\x78", 0)
        self.assertEqual(self.read(0, 4), b"\x12\x34\xff\xff")

    def test_every_operation_of_a_piece_of_work_is_cut(self):
        # An erase and two programs, each cut in five ways.
        def work(flash):
            flash.ioctl(6, 0)
            flash.writeblocks(0, b"\x01" * 300, 0)

        found = [(whole, way) for whole, way, _ in cuts(self.memory, work)]
        self.assertEqual(len(set(found)), 15)
        self.assertEqual({whole for whole, _ in found}, {0, 1, 2})

    def test_the_last_program_is_torn_behind_each_of_its_bytes(self):
        left = [
            bytes(part[:4])
            for _, _, part in torn(self.memory, lambda f: f.writeblocks(0, b"abc", 0))
        ]
        self.assertEqual(left, [b"\xff" * 4, b"a\xff\xff\xff", b"ab\xff\xff", b"abc\xff"])

    def test_a_cut_behind_the_whole_operation_leaves_it_done(self):
        self.flash.on_operation = Cut(0, everything)
        self.assertRaises(PowerCut, self.flash.writeblocks, 2, b"\x12\x34", 0)
        self.assertEqual(self.read(2, 3), b"\x12\x34\xff")


class TestUnsteady(Case):
    def test_a_bit_between_one_and_zero_is_read_as_either_until_it_is_erased(self):
        self.flash.unsteady = {5: 0x10}
        found = {self.read(0, 8) for _ in range(50)}
        self.assertEqual(found, {b"\xff" * 8, b"\xff" * 5 + b"\xef\xff\xff"})
        self.flash.ioctl(6, 0)
        self.assertEqual({self.read(0, 8) for _ in range(50)}, {b"\xff" * 8})
