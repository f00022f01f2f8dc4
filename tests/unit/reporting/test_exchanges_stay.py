"""What is set, announced and refused stays as it was, of every object of three boards.

`tests/vectors/echonet_exchanges.txt` was recorded before values had a table of their own. A line is
board, moment, object, request and what came back: "EPC:EDT" of a value, "EPC" of one that was
taken, or whole frames that nobody had asked for. `test_answers_stay` holds the Gets of more days.
"""

import unittest

from echonet_bench import Bench, octets

from tomoshibi.core.events import SILENT, WELDED
from tomoshibi.wire.echonet import Frame

LINES = __file__.rsplit("/", 3)[0] + "/vectors/echonet_exchanges.txt"
DAY = 9_822
HALVES = (range(0x80, 0xC0), range(0xC0, 0x100))
OBJECTS = (
    ("submeter", (0x0EF001, 0x028D01, 0x028D02, 0x028D03, 0x028701)),
    ("main", (0x0EF001, 0x028D01, 0x028701)),
    ("streetlight", (0x0EF001, 0x029101, 0x000D01)),
)
EDTS = ("00", "07", "08", "63", "64", "FF", "0003", "01" + "AB" * 16)


def exchanges():
    """All lines, in the order in which they must happen."""
    for board, objects in OBJECTS:
        bench = Bench(board)
        for happen in (start, measured, odd, silent, back):
            moment = happen.__name__
            happen(bench)
            yield "%s %s poll %s" % (board, moment, " | ".join(polled(bench)))
            for eoj in objects:
                for service in (0x62, 0x63):
                    yield line(bench, board, moment, eoj, service)
            if moment == "measured":
                for eoj in objects:
                    for edt in EDTS:
                        yield line(bench, board, moment, eoj, 0x61, edt)
                    yield "%s %s set poll %s" % (board, moment, " | ".join(polled(bench)))


def line(bench, board, moment, eoj, service, edt=""):
    """One line for all properties that answer, asked for in two frames."""
    said = []
    for epcs in HALVES:
        blocks = "".join("%02X%02X%s" % (epc, len(edt) // 2, edt) for epc in epcs)
        request = "10810009 05FF01 %06X %02X 40 %s" % (eoj, service, blocks)
        said += back_of(bench.ask(request), edt)
    return "%s %s %06X %02X %s> %s" % (board, moment, eoj, service, edt, " ".join(said))


def back_of(answers, edt):
    """The service of the only answer, and its blocks that say something."""
    frame = Frame()
    data = octets(answers[0])
    frame.parse(data, len(data))
    said = ["%02X" % frame.service]
    for epc, value in frame.blocks():
        if edt and not value:
            said.append("%02X" % epc)
        elif value and not edt:
            said.append("%02X:%s" % (epc, "".join("%02X" % byte for byte in value)))
    return said


def polled(bench):
    return [frame.replace(" ", "") for frame in bench.poll()]


def start(_bench):
    """As after power-up."""


def measured(bench):
    bench.calendar.day, bench.calendar.second = DAY, 3 * 3_600 + 1_799
    if hasattr(bench, "lamp"):
        bench.lamp.level_permille = 3
        bench.lamp.reading.valid, bench.lamp.reading.power_mw = True, 36_500
        bench.lamp.energy.put(123_456_78)
        bench.daylight.valid, bench.daylight.lux_milli = True, 12_345_500
        return
    for n in range(1, 7):
        bench.measure(n, 150_499 * n - 2_500, 100_949 + 10 * n, 1_449 * n, wh=1_000 * n)
        bench.branches[n - 1].reading.reactive_mvar = 70_001 * n
        bench.branches[n - 1].energy.put(1_000 * n, n)
    bench.whole.put(99_999_999, 12)
    if bench.main:
        reading = bench.main.reading
        reading.valid, reading.at_s = True, 9
        reading.power_mw, reading.current_ma, reading.voltage_mv = -3_210_500, 32_150, 99_950
    for second in (0, 1):
        bench.pass_time()
        bench.calendar.second += 1 + second


def odd(bench):
    bench.storage_fault = True
    if hasattr(bench, "lamp"):
        bench.lamp.level_permille = 995
        bench.lamp.reading.power_mw = 65_600_000
        bench.daylight.overflow = True
        return
    bench.branches[0].load.closed = False
    bench.branches[1].load.fault = WELDED
    bench.branches[2].load.fault = SILENT
    bench.branches[0].reading.power_mw = -500
    bench.branches[1].reading.power_mw = -501
    bench.branches[2].reading.current_ma = 9_999_999
    bench.sense_fault = True


def silent(bench):
    bench.storage_fault = bench.sense_fault = False
    if hasattr(bench, "lamp"):
        bench.lamp.level_permille = 0
        bench.lamp.reading.valid = bench.daylight.valid = False
    else:
        bench.branches[0].load.closed = True
        bench.branches[1].load.fault = bench.branches[2].load.fault = 0
        bench.branches[0].reading.valid = False
        if bench.main:
            bench.main.reading.valid = False
    for _ in range(60):
        bench.node.poll(bench.send)


def back(bench):
    if hasattr(bench, "lamp"):
        bench.lamp.reading.valid = bench.daylight.valid = True
        bench.daylight.overflow, bench.daylight.lux_milli = False, 1_999_999
        return
    bench.branches[0].reading.valid = True
    if bench.main:
        bench.main.reading.valid = True


class TestExchangesStay(unittest.TestCase):
    def test_every_exchange_is_as_it_was(self):
        with open(LINES) as lines:
            for now in exchanges():
                self.assertEqual(now, lines.readline().rstrip("\n"))
            self.assertEqual(lines.read(), "")
