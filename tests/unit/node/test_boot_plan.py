"""What a boot does, by the mark in RTC memory and the reset's cause, in every combination.

Expected values are the table of node.boot_plan, written down once more from its sentences.
"""

import unittest
from machine import DEEPSLEEP_RESET, HARD_RESET, PWRON_RESET, SOFT_RESET, WDT_RESET

from tomoshibi.node.boot_plan import (
    APPLICATION,
    HELD,
    MAINTAIN,
    MOUNTING,
    NOTHING,
    RUN,
    RUN_WITHOUT_FILES,
    WANTED,
    plan,
)

UNKNOWN = 0  # the port's answer to a reset that it does not know
CAUSES = (UNKNOWN, PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET)
# Noise after a bad power-on, somebody's notes, our marks in a longer or shorter memory.
OTHERS = (
    b"\xa5" * 2048,
    b"\x00",
    b'{"boots": 3}',
    WANTED + b"\x00",
    b"x" + WANTED,
    WANTED[:-1],
    HELD + HELD,
    MOUNTING[:1],
)
SPECIAL = {
    (WANTED, HARD_RESET): (MAINTAIN, HELD),
    (HELD, SOFT_RESET): (MAINTAIN, HELD),
    (MOUNTING, HARD_RESET): (RUN_WITHOUT_FILES, NOTHING),
    (MOUNTING, WDT_RESET): (RUN_WITHOUT_FILES, NOTHING),
}


class Plans(unittest.TestCase):
    def test_every_mark_and_cause(self):
        for memory in (NOTHING, WANTED, HELD, MOUNTING, APPLICATION):
            for cause in CAUSES:
                with self.subTest(memory=memory, cause=cause):
                    expected = SPECIAL.get((memory, cause), (RUN, MOUNTING))
                    self.assertEqual(plan(memory, cause), expected)

    def test_what_is_anothers_is_left_alone_and_the_node_runs(self):
        for memory in OTHERS:
            for cause in CAUSES:
                with self.subTest(memory=memory, cause=cause):
                    self.assertEqual(plan(memory, cause), (RUN, None))

    def test_maintenance_lasts_through_soft_resets_and_ends_with_any_other(self):
        for ends_by in CAUSES:
            if ends_by == SOFT_RESET:
                continue
            what, mark = plan(WANTED, HARD_RESET)
            for _ in range(3):
                self.assertEqual(what, MAINTAIN)
                what, mark = plan(mark, SOFT_RESET)
            with self.subTest(ends_by=ends_by):
                self.assertEqual(plan(mark, ends_by)[0], RUN)
