"""wire.echonet against docs/echonet-lite.md: "Worked frames" and "What is discarded"."""

import unittest

from no_heap import no_heap

from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer

# "Worked frames", in their order: what it is, bytes, service, blocks of the first and second list.
WORKED = (
    (
        "start-up INF",
        "10 81 00 00 0E F0 01 0E F0 01 73 01 D5 07 02 02 8D 01 02 90 01",
        0x73,
        ((0xD5, "02 02 8D 01 02 90 01"),),
        (),
    ),
    ("Get power", "10 81 00 01 05 FF 01 02 8D 01 62 01 E7 00", 0x62, ((0xE7, ""),), ()),
    (
        "Get_Res",
        "10 81 00 01 02 8D 01 05 FF 01 72 01 E7 04 00 00 04 D2",
        0x72,
        ((0xE7, "00 00 04 D2"),),
        (),
    ),
    (
        "Get_SNA",
        "10 81 00 02 02 8D 01 05 FF 01 52 03 80 01 30 F0 00 E7 04 00 00 04 D2",
        0x52,
        ((0x80, "30"), (0xF0, ""), (0xE7, "00 00 04 D2")),
        (),
    ),
    (
        "SetC_SNA",
        "10 81 00 03 02 8D 01 05 FF 01 51 02 81 00 82 04 00 00 41 00",
        0x51,
        ((0x81, ""), (0x82, "00 00 41 00")),
        (),
    ),
    (
        "SetGet",
        "10 81 00 04 05 FF 01 02 90 01 6E 01 80 01 31 02 80 00 B0 00",
        0x6E,
        ((0x80, "31"),),
        ((0x80, ""), (0xB0, "")),
    ),
    (
        "SetGet_Res",
        "10 81 00 04 02 90 01 05 FF 01 7E 01 80 00 02 80 01 31 B0 01 3C",
        0x7E,
        ((0x80, ""),),
        ((0x80, "31"), (0xB0, "3C")),
    ),
    ("SetGet not supported", "10 81 00 04 02 90 01 05 FF 01 5E 00 00", 0x5E, (), ()),
    (
        "INFC",
        "10 81 00 05 02 8D 01 05 FF 01 74 01 EA 0B 07 EA 0B 16 0C 1E 00 00 01 E2 40",
        0x74,
        ((0xEA, "07 EA 0B 16 0C 1E 00 00 01 E2 40"),),
        (),
    ),
    ("INFC_Res", "10 81 00 05 05 FF 01 02 8D 01 7A 01 EA 00", 0x7A, ((0xEA, ""),), ()),
    (
        "spontaneous INF",
        "10 81 00 00 02 90 01 0E F0 01 73 01 80 01 31",
        0x73,
        ((0x80, "31"),),
        (),
    ),
)

GET_POWER = "10 81 00 01 05 FF 01 02 8D 01 62 01 E7 00"


def octets(text):
    return bytes.fromhex(text.replace(" ", ""))


def verdict(text):
    data = octets(text)
    return Frame().parse(data, len(data))


class TestParse(unittest.TestCase):
    def test_every_worked_frame_is_read_as_it_says(self):
        for name, text, service, first, second in WORKED:
            with self.subTest(frame=name):
                data = octets(text)
                frame = Frame()
                self.assertEqual(frame.parse(data, len(data)), echonet.GOOD)
                self.assertEqual(frame.service, service)
                self.assertEqual(frame.tid, data[2] << 8 | data[3])
                self.assertEqual(tuple(frame.blocks()), tuple((e, octets(v)) for e, v in first))
                self.assertEqual(
                    tuple(frame.blocks(second=True)), tuple((e, octets(v)) for e, v in second)
                )

    def test_objects_are_numbers_of_three_bytes(self):
        frame = Frame()
        frame.parse(octets(GET_POWER), 14)
        self.assertEqual(frame.source, echonet.CONTROLLER)
        self.assertEqual(frame.target, 0x028D01)

    def test_every_shorter_beginning_of_a_frame_is_discarded(self):
        for name, text, _, _, _ in WORKED:
            data = octets(text)
            for length in range(len(data)):
                with self.subTest(frame=name, length=length):
                    self.assertNotEqual(Frame().parse(data, length), echonet.GOOD)

    def test_bytes_left_over_are_discarded(self):
        self.assertEqual(verdict(GET_POWER + "00"), echonet.LEFT_OVER)

    def test_other_protocols_are_discarded(self):
        self.assertEqual(verdict("11" + GET_POWER[2:]), echonet.NOT_FORMAT_1)
        self.assertEqual(verdict("10 82" + GET_POWER[5:]), echonet.NOT_FORMAT_1)

    def test_no_blocks_is_no_request(self):
        self.assertEqual(verdict("10 81 00 01 05 FF 01 02 8D 01 62 00"), echonet.NO_BLOCKS)
        self.assertEqual(
            verdict("10 81 00 04 05 FF 01 02 90 01 6E 01 80 01 31 00"), echonet.NO_BLOCKS
        )

    def test_an_unknown_service_is_discarded(self):
        known = {0x50, 0x51, 0x52, 0x53, 0x5E, 0x60, 0x61, 0x62, 0x63, 0x6E}
        known |= {0x71, 0x72, 0x73, 0x74, 0x7A, 0x7E}
        for service in range(256):
            data = bytearray(octets(GET_POWER))
            data[10] = service
            with self.subTest(service=service):
                self.assertEqual(Frame().parse(data, 14) == echonet.SERVICE, service not in known)

    def test_an_instance_above_7f_is_discarded_in_the_target_only(self):
        self.assertEqual(verdict(GET_POWER.replace("02 8D 01", "02 8D 80")), echonet.INSTANCE)
        self.assertEqual(verdict(GET_POWER.replace("05 FF 01", "05 FF 80")), echonet.GOOD)

    def test_more_than_one_datagram_is_discarded(self):
        # 12 bytes of header and blocks of 2 + 255 bytes: five of them and one of 2 + 173 are 1472.
        fits = octets("10 81 00 01 05 FF 01 02 8D 01 61 06")
        fits += (b"\x81\xff" + bytes(255)) * 5 + b"\x81\xad" + bytes(173)
        self.assertEqual(len(fits), 1472)
        self.assertEqual(Frame().parse(fits, len(fits)), echonet.GOOD)
        self.assertEqual(Frame().parse(fits + b"\x00", 1473), echonet.SIZE)

    def test_reading_a_frame_allocates_nothing(self):
        frame = Frame()
        data = octets(GET_POWER)
        with no_heap:
            frame.parse(data, 14)


class TestWriter(unittest.TestCase):
    def setUp(self):
        self.writer = Writer(bytearray(64), 64)

    def test_every_worked_frame_can_be_written(self):
        for name, text, service, first, second in WORKED:
            with self.subTest(frame=name):
                want = octets(text)
                seen = Frame()
                seen.parse(want, len(want))
                self.writer.begin(seen.tid, seen.source, seen.target, service)
                for epc, value in first:
                    self.assertTrue(self.writer.block(epc, octets(value)))
                if service in (0x6E, 0x7E, 0x5E):
                    self.assertTrue(self.writer.second_list())
                for epc, value in second:
                    self.assertTrue(self.writer.block(epc, octets(value)))
                self.assertEqual(self.writer.frame(), want)

    def test_what_does_not_fit_is_refused_and_leaves_the_frame_whole(self):
        self.writer.begin(1, 0x028D01, 0x05FF01, 0x72)
        self.assertTrue(self.writer.block(0xE1, bytes(48)))  # 12 + 2 + 48 = 62 of 64
        before = self.writer.frame()
        self.assertFalse(self.writer.block(0xE7, bytes(1)))
        self.assertEqual(self.writer.frame(), before)
        self.assertTrue(self.writer.block(0xE7))
        self.assertFalse(self.writer.second_list())

    def test_room_keeps_two_bytes_for_each_block_to_come(self):
        self.writer.begin(1, 0x028D01, 0x05FF01, 0x72)
        self.assertEqual(self.writer.room(), 64 - 12 - 2)
        self.assertEqual(self.writer.room(to_come=3), 64 - 12 - 2 - 6)

    def test_a_list_ends_at_255_blocks(self):
        writer = Writer(bytearray(1472))
        writer.begin(1, 0x028D01, 0x05FF01, 0x62)
        for _ in range(255):
            self.assertTrue(writer.block(0x80))
        self.assertFalse(writer.block(0x80))

    def test_writing_allocates_nothing(self):
        value = bytes(4)
        writer = self.writer
        with no_heap:
            writer.begin(1, 0x028D01, 0x05FF01, 0x72)
            writer.block(0xE7, value)
