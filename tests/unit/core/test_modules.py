"""core.modules: what was let go is imported anew, and is gone meanwhile."""

import gc
import sys
import unittest

from tomoshibi.core.modules import let_go


class TestLetGo(unittest.TestCase):
    def tearDown(self):
        let_go("wire.console")

    def test_a_module_is_gone_and_comes_back_new(self):
        from tomoshibi import wire
        from tomoshibi.wire import console

        let_go("wire.console")
        self.assertFalse("tomoshibi.wire.console" in sys.modules)
        self.assertFalse(hasattr(wire, "console"))
        from tomoshibi.wire import console as again

        self.assertFalse(again is console)
        self.assertEqual(again.line(12, 340, {}), '{"t": 12.340, }')

    def test_its_memory_comes_back_every_time(self):
        held = []
        for _ in range(3):
            from tomoshibi.wire import console

            self.assertEqual(console.line(0, 0, {}), '{"t": 0.000, }')
            del console
            let_go("wire.console")
            gc.collect()
            held.append(gc.mem_alloc())
        self.assertTrue(held[2] <= held[1])

    def test_what_is_not_there_is_no_error(self):
        let_go("wire.console", "no.such", "nothing")
