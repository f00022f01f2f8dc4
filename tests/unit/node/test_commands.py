"""node.commands and node.console_job: what a cable can do to a node, and what it is never told."""

import asyncio
import gc
import json
import random
import unittest
from time import time

from identity_by_hand import KEY, SECRET, key_text, proof, text_of
from ram_partitions import RamPartitions

import desk_clock
from tomoshibi.core.calendar import HELD, Calendar, day_number
from tomoshibi.core.events import (
    CLOCK,
    COMMAND,
    CONSOLE,
    FACTORY_HALF,
    IDENTITY,
    NODE_HALF,
    REPLACED,
)
from tomoshibi.node.boot_cause import POWER_ON
from tomoshibi.node.commands import Commands
from tomoshibi.node.console_job import CommandJob
from tomoshibi.node.storage import Storage
from tomoshibi.settings.store import Settings
from tomoshibi.wire import registers

PASSWORD = "correct horse"
SEED = 20261126


class Own:
    HELP = (("load NUMBER on|off|lock|unlock", "Switch it."),)

    def do_load(self, rest):
        return {"event": "load", "number": int(rest)}


class Desk:
    """The commands of a node whose settings hold a password and whose identity a key."""

    def __init__(self):
        flash = RamPartitions()
        self.storage = Storage(registers.BRANCHES, 2, flash)
        self.storage.start(POWER_ON)
        self.storage.settings.change("wifi_password", PASSWORD)
        self.storage.identity.write(text_of(), "")
        self.said = []
        self.applied = []
        self.recorded = []
        self.calendar = Calendar(540)
        self.commands = Commands(
            self.say, self.status, self.apply, self.storage, (Own(),), self.stop_control,
            self, self,
        )  # fmt: skip

    def say(self, fields):
        self.said.append(json.dumps(fields))

    def status(self):
        return {"event": "status"}

    def apply(self, key, settings):
        self.applied.append(key)

    def record(self, *event):
        self.recorded.append(event)

    def stop_control(self):
        raise AssertionError("nobody asked for maintenance")

    def ask(self, line):
        del self.said[:]
        self.commands.answer(line)
        return json.loads(self.said[0])


class TestCommands(unittest.TestCase):
    def setUp(self):
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        self.desk = Desk()

    def test_an_identity_that_is_written_is_an_event_and_one_that_is_refused_is_none(self):
        def by_console(kind, subject):
            return (kind, subject, 0, 0, COMMAND, CONSOLE)

        self.desk.ask("identify - " + text_of())
        self.assertEqual(self.desk.recorded, [])
        self.desk.ask("identify - " + key_text(KEY))
        self.assertEqual(self.desk.recorded, [by_console(IDENTITY, NODE_HALF)])
        challenge = self.desk.ask("challenge")["challenge"]
        self.desk.ask("identify " + proof(SECRET, challenge, text_of(2)) + " " + text_of(2))
        self.assertEqual(self.desk.recorded[1:], [by_console(IDENTITY, FACTORY_HALF)])
        self.assertEqual(self.desk.ask("retire")["event"], "retired")
        self.assertEqual(self.desk.recorded[2:], [by_console(REPLACED, 0)])

    def test_no_answer_and_no_refusal_shows_a_secret(self):
        said = []
        for line in (
            "settings",
            "identity",
            "status",
            "help",
            "challenge",
            "set wifi_password " + PASSWORD,
            "set wifi_password " + PASSWORD * 9,
            "set wifi_passwort " + PASSWORD,
            'set [["wifi_password", "' + PASSWORD * 9 + '"]]',
            'set ["wifi_password", "' + PASSWORD + '"]',
            'set [["wifi_password", "' + PASSWORD,
            "sett wifi_password " + PASSWORD,
            "set loads.0.wifi_password " + PASSWORD,
            "identify 00 " + text_of(),
            "identify 00 {" + SECRET,
            "identify " + SECRET,
            "identify 00 " + key_text(KEY),
            "identity",
            "identify 00 " + key_text(KEY),
            "read identity 0 100",
            "read settings 0 100",
            "read registers 0 512",
            "read events 0 512",
        ):
            self.desk.ask(line)
            said += self.desk.said
        for text in said:
            for secret in (PASSWORD, SECRET, KEY):
                if secret[:7] in text:
                    self.fail(text)

    def test_a_stored_password_that_is_refused_is_not_shown_either(self):
        settings = Settings({"wifi_password": PASSWORD * 9})
        self.assertEqual([refused.args[0] for refused in settings.refused], ["wifi_password"])
        self.assertFalse(PASSWORD in repr(settings.refused))
        self.assertFalse(PASSWORD in repr(settings.values))

    def test_the_network_gets_its_password(self):
        self.assertEqual(self.desk.storage.settings.load()["wifi_password"].reveal(), PASSWORD)

    def test_a_text_may_come_without_its_quotes_whatever_it_looks_like(self):
        for key, typed, value in (
            ("name", "12", "12"),
            ("name", "null", "null"),
            ("name", '"灯 1"', "灯 1"),
            ("name", "east wing", "east wing"),
            ("wifi_password", "12345678", "12345678"),
            ("loads.0.name", "1e3", "1e3"),
            ("places.028D01", "60", "60"),
        ):
            self.assertEqual(self.desk.ask("set %s %s" % (key, typed))["event"], "set")
            where = self.desk.storage.settings.document()
            where = where["loads"][0] if key[0] == "l" else where
            where = where["places"] if key[0] == "p" else where
            self.assertEqual(where[key.split(".")[-1]], value)

    def test_many_settings_are_one_command_and_each_is_handed_over(self):
        told = self.desk.ask('set [["name", "灯 1"], ["loads.0.name", "1e3"]]')
        self.assertEqual((told["event"], told["reboot"]), ("set", False))
        self.assertEqual(self.desk.applied, ["name", "loads.0.name"])
        told = self.desk.ask('set [["name", "灯 2"], ["line_hz", 60]]')
        self.assertEqual((told["reboot"], len(self.desk.applied)), (True, 2))
        document = self.desk.storage.settings.document()
        self.assertEqual((document["name"], document["line_hz"]), ("灯 2", 60))

    def test_many_settings_that_are_none_are_refused(self):
        for typed in ("[]", "[1]", '[["name"]]', "[[1, 2]]", '["name", "x"]', '[["name", 1'):
            self.assertEqual(self.desk.ask("set " + typed)["event"], "error", typed)

    def test_a_number_is_none_in_quotes_nor_with_a_point(self):
        for key, typed, allowed in (
            ("line_hz", "60.0", "50 or 60 Hz"),
            ("line_hz", '"60"', "50 or 60 Hz"),
            ("loads.0.locked_off", "true", "0 to 1"),
            ("ride_ms", "1e2", "40 to 1000 ms"),
        ):
            answer = {"event": "error", "refused": key, "allowed": allowed}
            self.assertEqual(self.desk.ask("set %s %s" % (key, typed)), answer)

    def test_an_unknown_word_is_refused_and_takes_no_memory_for_good(self):
        self.assertEqual(self.desk.ask("reeboot"), {"event": "error", "unknown": "reeboot"})
        gc.collect()
        before = gc.mem_alloc()
        for number in range(500):
            self.desk.ask("word%d" % number)
        gc.collect()
        self.assertTrue(gc.mem_alloc() - before < 256)

    def test_methods_that_are_no_commands_cannot_be_called(self):
        for word in ("__init__", "answer", "do_status", "_command", ""):
            self.assertEqual(self.desk.ask(word + " x")["event"], "error")

    def test_a_time_that_is_typed_is_the_clocks_and_is_told(self):
        # 800000000 s are 2025-05-08 06:13:20; a day on.
        answer = self.desk.ask("time 2025-05-09T06:13:20")
        self.assertEqual(answer, {"event": "time", "utc": "2025-05-09T06:13:20"})
        self.assertEqual(time(), 800_086_400)
        self.desk.calendar.update()
        self.assertEqual(self.desk.calendar.quality, HELD)
        self.assertEqual(self.desk.recorded, [(CLOCK, 0, HELD, 86_400, COMMAND, CONSOLE)])

    def test_every_second_until_the_end_of_2099_can_be_typed_and_no_other(self):
        for text in ("2024-02-29T00:00:00", "2028-02-29T23:59:59", "2036-02-07T06:28:16",
                     "2038-01-19T03:14:08", "2099-12-31T23:59:59"):  # fmt: skip
            self.assertEqual(self.desk.ask("time " + text)["event"], "time")
            day = day_number(*(int(part) for part in text[:10].split("-")))
            self.desk.calendar.update()
            self.assertEqual(self.desk.calendar.day, day)
        for text in ("2023-12-31T23:59:59", "2100-01-01T00:00:00", "2027-02-29T00:00:00",
                     "2026-04-31T00:00:00", "2026-11-26T24:00:00", "2026-11-26"):  # fmt: skip
            self.assertEqual(self.desk.ask("time " + text)["event"], "error", text)

    def test_no_line_raises(self):
        random.seed(SEED)
        words = ("set", "read", "time", "identify", "load", "settings", "defaults", "x")
        parts = ("name", "registers", "0", "-1", "99999999999999999999", "{}", "[", '"', "loads",
                 "loads.0.tier", "loads.99.tier", "loads.x.tier", "2026-11-26T10:00:00", "null",
                 "1e99", "true", "\xff", "wifi_password", "line_hz", "50.0", "T:-")  # fmt: skip
        for _ in range(2_000):
            line = random.choice(words)
            for _ in range(random.randint(0, 4)):
                line += " " + random.choice(parts)
            self.desk.ask(line)
        self.assertEqual(self.desk.ask("status"), {"event": "status"})


class FakeReader:
    """In place of standard input: gives bytes, then waits for ever."""

    def __init__(self, data):
        self.data = data
        self._at = 0

    async def read(self):
        if self._at == len(self.data):
            await asyncio.sleep_ms(1_000_000)
        self._at += 1
        return self.data[self._at - 1 : self._at]


class TestCommandJob(unittest.TestCase):
    def lines(self, data):
        """What the job hands over when these bytes come in, and the most heap it held."""
        desk_clock.install(desk_clock.VIRTUAL, 800_000_000)
        lines = []
        reader = FakeReader(data)

        async def both():
            task = asyncio.create_task(CommandJob(lines.append, reader.read).run())
            await asyncio.sleep_ms(1_000)
            gc.collect()
            self.held = gc.mem_alloc()
            task.cancel()

        asyncio.run(both())
        return lines

    def test_lines_end_with_either_end_and_blank_ones_are_none(self):
        self.assertEqual(self.lines(b"status\r\n\r\n help \n"), ["status", "help"])

    def test_a_line_without_end_does_not_grow_without_bound(self):
        self.lines(b"")
        few = self.held
        self.lines(b"x" * 60_000)
        self.assertTrue(self.held - few < 60_000 + 3_000)  # the data itself, and a line

    def test_a_line_that_is_too_long_is_refused_whole_and_the_next_one_is_taken(self):
        self.assertEqual(self.lines(b"reboot " + b"x" * 3_000 + b"\nstatus\n"), [None, "status"])
        self.assertEqual(len(self.lines(b"x" * 2_048 + b"\n")[0]), 2_048)

    def test_noise_is_a_line_like_any_other(self):
        self.assertEqual(self.lines(b"\x00\xff\x03\n"), ["???"])
