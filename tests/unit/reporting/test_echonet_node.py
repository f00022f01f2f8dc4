"""reporting.echonet_node: every form of answer of docs/echonet-lite.md, "Answers" to "Timing".

Frames are laid out by hand from "Frame" there; "the worked frame" is one of "Worked frames".
"""

import gc
import unittest

from echonet_bench import Bench, octets

from tomoshibi.core.events import REVERSED, SILENT, WELDED
from tomoshibi.wire.echonet import MAX_FRAME

HEAD = "10 81 00 02 05 FF 01 02 8D 01"
BACK = "10 81 00 02 02 8D 01 05 FF 01"


class NodeCase(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.bench.measure(1, 1_234_000)  # 1 234 W
        self.bench.poll()

    def answers(self, request, *answers):
        self.assertEqual(self.bench.ask(request), list(answers))


class TestGet(NodeCase):
    def test_get_power_is_the_worked_frame(self):
        self.answers(
            "10 81 00 01 05 FF 01 02 8D 01 62 01 E7 00",
            "10 81 00 01 02 8D 01 05 FF 01 72 01 E7 04 00 00 04 D2",
        )

    def test_one_unknown_property_is_the_worked_get_sna(self):
        self.answers(
            HEAD + "62 03 80 00 F0 00 E7 00",
            "10 81 00 02 02 8D 01 05 FF 01 52 03 80 01 30 F0 00 E7 04 00 00 04 D2",
        )

    def test_order_and_repetition_are_kept(self):
        self.answers(HEAD + "62 03 D7 00 80 00 D7 00", BACK + " 72 03 D7 01 08 80 01 30 D7 01 08")

    def test_a_value_in_a_get_is_passed_over(self):
        self.answers(HEAD + "62 02 80 02 AA BB D7 00", BACK + " 72 02 80 01 30 D7 01 08")

    def test_any_requester_is_answered(self):
        self.answers(
            "10 81 12 34 77 77 FF 02 8D 01 62 01 80 00",
            "10 81 12 34 02 8D 01 77 77 FF 72 01 80 01 30",
        )

    def test_what_does_not_fit_is_marked_failed_and_the_rest_keeps_its_place(self):
        # E2 is 2 + 194 bytes: seven of them and the header are 12 + 7 * 196 = 1384; an eighth
        # would need 196 of the 88 bytes left, of which the two blocks after it need 2 + 2.
        frame = self.bench.ask(HEAD + "62 0A" + "E2 00" * 8 + "80 00 F0 00")[0]
        data = octets(frame)
        self.assertEqual(data[10:12], octets("52 0A"))
        self.assertEqual(len(data), 1384 + 2 + 3 + 2)
        self.assertEqual(data[1384:], octets("E2 00 80 01 30 F0 00"))

    def test_255_blocks_are_answered_within_one_datagram(self):
        frame = self.bench.ask(HEAD + "62 FF" + "E2 00" * 255)[0]
        self.assertTrue(len(octets(frame)) <= MAX_FRAME)
        self.assertEqual(octets(frame)[10:12], octets("52 FF"))

    def test_few_values_are_written_for_nothing(self):
        history, asked = self.bench.half_hours.history, []
        read_day = history.read_day

        def counted(*which):
            asked.append(None)
            read_day(*which)

        history.read_day = counted
        self.bench.ask(HEAD + "61 01 E0 01 01")
        self.bench.ask(HEAD + "62 FF" + "E2 00" * 255)
        # 4 of the 194 bytes fit besides 255 empty blocks: 12 + 4 * 196 + 251 * 2 = 1298 of 1472.
        self.assertTrue(4 <= len(asked) <= 4 + 4)


class TestSet(NodeCase):
    def test_an_accepted_set_comes_back_empty(self):
        self.answers(HEAD + "61 01 81 01 60", BACK + " 71 01 81 00")
        self.assertEqual(self.bench.get(0x028D01, 0x81), "60")

    def test_the_worked_setc_sna_keeps_what_was_accepted(self):
        self.answers(
            "10 81 00 03 05 FF 01 02 8D 01 61 02 81 01 60 82 04 00 00 41 00",
            "10 81 00 03 02 8D 01 05 FF 01 51 02 81 00 82 04 00 00 41 00",
        )
        self.assertEqual(self.bench.get(0x028D01, 0x81), "60")

    def test_seti_is_silent_when_accepted_and_50_when_not(self):
        self.answers(HEAD + "60 01 81 01 60")
        self.answers(HEAD + "60 02 81 01 08 80 01 31", BACK + " 50 02 81 00 80 01 31")

    def test_relays_are_not_switched_from_the_network(self):
        self.answers(HEAD + "61 01 80 01 31", BACK + " 51 01 80 01 31")
        self.assertTrue(self.bench.branches[0].load.closed)

    def test_wrong_size_range_or_no_value_is_refused(self):
        self.answers(HEAD + "61 01 E0 02 00 01", BACK + " 51 01 E0 02 00 01")
        self.answers(HEAD + "61 01 E0 01 64", BACK + " 51 01 E0 01 64")
        self.answers(HEAD + "61 01 E0 01 FF", BACK + " 51 01 E0 01 FF")
        self.answers(HEAD + "61 01 E0 00", BACK + " 51 01 E0 00")
        self.assertEqual(self.bench.get(0x028D01, 0xE0), "FF")

    def test_the_history_day_can_be_chosen(self):
        self.answers(HEAD + "61 01 E0 01 63", BACK + " 71 01 E0 00")
        self.assertEqual(self.bench.get(0x028D01, 0xE0), "63")
        self.assertEqual(self.bench.get(0x028D01, 0xE2), "00 63" + " FF FF FF FE" * 48)
        self.assertEqual(self.bench.get(0x028D02, 0xE2), "00 FF" + " FF FF FF FE" * 48)


class TestSetGet(NodeCase):
    def test_reads_show_what_was_just_written(self):
        self.answers(
            HEAD + "6E 01 E0 01 03 02 E0 00 80 00",
            BACK + " 7E 01 E0 00 02 E0 01 03 80 01 30",
        )

    def test_a_refused_write_fails_the_whole_but_reads_are_answered(self):
        self.answers(
            HEAD + "6E 02 80 01 31 E0 01 03 01 E0 00",
            BACK + " 5E 02 80 01 31 E0 00 01 E0 01 03",
        )

    def test_a_failed_read_fails_the_whole_but_the_write_stays(self):
        self.answers(HEAD + "6E 01 E0 01 03 01 F0 00", BACK + " 5E 01 E0 00 01 F0 00")
        self.assertEqual(self.bench.get(0x028D01, 0xE0), "03")


class TestInf(NodeCase):
    def test_inf_req_is_answered_to_the_group(self):
        self.answers(HEAD + "63 01 80 00", BACK + " 73 01 80 01 30")
        self.assertTrue(self.bench.sent[0][1])

    def test_inf_req_for_nothing_we_have_is_a_53_to_the_sender(self):
        self.answers(HEAD + "63 02 80 00 F0 00", BACK + " 53 02 80 01 30 F0 00")
        self.assertFalse(self.bench.sent[0][1])

    def test_only_what_is_announced_can_be_asked_to_be_announced(self):
        self.answers(HEAD + "63 02 E2 00 E7 00", BACK + " 53 02 E2 00 E7 00")
        self.assertFalse(self.bench.sent[0][1])

    def test_the_instance_list_can_be_asked_to_be_announced_but_not_got(self):
        value = "16 07 02 8D 01 02 8D 02 02 8D 03 02 8D 04 02 8D 05 02 8D 06 02 87 01"
        self.answers(
            "10 81 00 07 05 FF 01 0E F0 01 63 01 D5 00",
            "10 81 00 07 0E F0 01 05 FF 01 73 01 D5 " + value,
        )
        self.answers(
            "10 81 00 08 05 FF 01 0E F0 01 62 01 D5 00",
            "10 81 00 08 0E F0 01 05 FF 01 52 01 D5 00",
        )

    def test_infc_is_confirmed_whatever_it_says(self):
        # The worked INFC and its answer.
        self.answers(
            "10 81 00 05 02 90 01 02 8D 01 74 01 EA 0B 07 EA 0B 16 0C 1E 00 00 01 E2 40",
            "10 81 00 05 02 8D 01 02 90 01 7A 01 EA 00",
        )

    def test_inf_and_answers_of_others_are_not_answered(self):
        for service in ("71", "72", "73", "7A", "50", "51", "52", "53"):
            with self.subTest(service=service):
                self.answers(HEAD + service + "01 80 01 30")
        self.answers(HEAD + "7E 01 80 00 01 80 01 30")
        self.answers(HEAD + "5E 00 00")


class TestWho(NodeCase):
    def test_instance_0_is_answered_by_each_with_its_own_number(self):
        self.answers(
            "10 81 00 06 05 FF 01 02 8D 00 62 01 80 00",
            *["10 81 00 06 02 8D 0%d 05 FF 01 72 01 80 01 30" % n for n in range(1, 7)],
        )

    def test_discovery_of_all_node_profiles_finds_this_one(self):
        frames = self.bench.ask("10 81 00 01 05 FF 01 0E F0 00 62 01 D6 00")
        self.assertEqual(len(frames), 1)
        self.assertEqual(frames[0][12:20], "0E F0 01")

    def test_objects_that_do_not_exist_are_silent_in_every_service(self):
        for eoj in ("02 8D 07", "02 90 01", "02 90 00", "0E F0 02", "05 FF 01"):
            for rest in ("60 01 80 01 30", "61 01 80 01 30", "62 01 80 00", "63 01 80 00",
                         "74 01 80 01 30", "6E 01 80 01 30 01 80 00"):  # fmt: skip
                with self.subTest(object=eoj, request=rest):
                    self.answers("10 81 00 01 05 FF 01" + eoj + rest)

    def test_discovery_and_instance_0_are_taken_for_multicast(self):
        asks_all = (
            "10 81 00 01 05 FF 01 0E F0 00 62 01 D6 00",
            "10 81 00 01 0E F0 01 0E F0 01 62 01 D6 00",
            "10 81 00 01 05 FF 01 02 8D 00 62 01 80 00",
        )
        asks_one = (
            "10 81 00 01 05 FF 01 02 8D 01 62 01 D6 00",
            "10 81 00 01 05 FF 01 0E F0 01 62 04 8A 00 8C 00 83 00 D6 00",
            "10 81 00 01 05 FF 01 0E F0 01 62",
        )
        for text in asks_all:
            self.assertTrue(self.bench.asks_all(text))
        for text in asks_one:
            self.assertFalse(self.bench.asks_all(text))


class TestAnnouncements(NodeCase):
    def test_a_poll_without_news_takes_no_memory(self):
        for kind in ("submeter", "main", "streetlight"):
            bench = Bench(kind)
            poll, send = bench.node.poll, bench.send
            for _ in range(60):  # silent parts have become faults
                poll(send)
            gc.collect()
            gc.disable()
            before = gc.mem_alloc()
            poll(send)
            poll(send)
            taken = gc.mem_alloc() - before
            gc.enable()
            self.assertEqual(taken, 0)

    def test_the_start_up_frame_lists_all_objects(self):
        del self.bench.sent[:]
        self.bench.node.announce(self.bench.send)
        value = "16 07 02 8D 01 02 8D 02 02 8D 03 02 8D 04 02 8D 05 02 8D 06 02 87 01"
        self.assertEqual(
            self.bench.sent, [("10 81 00 00 0E F0 01 0E F0 01 73 01 D5 " + value, True)]
        )

    def test_a_shed_load_is_announced_once(self):
        self.assertEqual(self.bench.poll(), [])
        self.bench.branches[2].load.closed = False
        self.assertEqual(self.bench.poll(), ["10 81 00 00 02 8D 03 0E F0 01 73 01 80 01 31"])
        self.assertTrue(self.bench.sent[0][1])
        self.assertEqual(self.bench.poll(), [])

    def test_a_new_place_is_announced_and_the_same_one_again_is_not(self):
        self.bench.ask(HEAD + "61 01 81 01 60")
        self.assertEqual(self.bench.poll(), ["10 81 00 00 02 8D 01 0E F0 01 73 01 81 01 60"])
        self.bench.ask(HEAD + "61 01 81 01 60")
        self.assertEqual(self.bench.poll(), [])

    def test_a_fault_of_a_load_is_announced_and_its_content_tells_relay_from_meter(self):
        for branch in self.bench.branches:
            branch.reading.valid = True
        self.bench.poll()
        for cause, content in ((WELDED, "00 14"), (REVERSED, "00 1E"), (SILENT, "00 1E")):
            self.bench.branches[2].load.fault = cause
            self.assertEqual(self.bench.poll(), ["10 81 00 00 02 8D 03 0E F0 01 73 01 88 01 41"])
            self.assertEqual(self.bench.get(0x028D03, 0x89), content)
            self.assertEqual(self.bench.get(0x028D02, 0x88), "42")
            self.assertEqual(self.bench.get(0x0EF001, 0x88), "41")
            self.assertEqual(self.bench.poll(), [])
            self.bench.branches[2].load.fault = 0
            self.assertEqual(self.bench.poll(), ["10 81 00 00 02 8D 03 0E F0 01 73 01 88 01 42"])
            self.assertEqual(self.bench.get(0x028D03, 0x89), "00 00")

    def test_a_silent_chip_is_a_fault_after_50_polls_and_until_it_answers(self):
        frames = []
        for _ in range(49):
            frames += self.bench.poll()  # polled once already in setUp: branches 2 to 6 are silent
        self.assertEqual(len(frames), 6)  # they and the panel
        self.assertIn("10 81 00 00 02 8D 02 0E F0 01 73 01 88 01 41", frames)
        self.assertEqual(self.bench.get(0x028D02, 0x89), "00 1E")
        self.assertEqual(self.bench.get(0x0EF001, 0x88), "41")
        self.bench.measure(2, 0)
        self.assertEqual(self.bench.poll(), ["10 81 00 00 02 8D 02 0E F0 01 73 01 88 01 42"])
        self.assertEqual(self.bench.get(0x028D02, 0x89), "00 00")
