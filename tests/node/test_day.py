"""A day of half hours of six circuits, read by a controller that is not ours: pychonet.

The world that the test plays is integers, W times ms, so every counter is known by hand: what
flows while the power is away flows past the meter, and each cut may take a watt-hour of a circuit
besides.
`make day` plays 24 hours; the test half of one, with three cuts as well.
"""

import asyncio
import datetime
import os

import pytest

from tests.node.desk_nodes import LOADS, SETTINGS, running, seats
from tests.node.held_nodes import MJ_PER_WH, life

pytest.importorskip("pychonet")
pytestmark = pytest.mark.usefixtures("desk32")

from pychonet.lib.const import GET, SETC  # noqa: E402

from tests.node.test_pychonet import controller, discover  # noqa: E402

LOCAL = datetime.timezone(datetime.timedelta(hours=9))
EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
NONE = 0xFFFFFFFE  # docs/echonet-lite.md: E2 and E4 where there was no reading
MINUTE_MS = 60_000
START_MIN = -4
# Minutes of the day: the power goes, is back, and somebody sets the clock, which starts at 2000.
# Half hours that end before the clock is right, and while there is no power, are gaps.
if os.environ.get("TOMO_WHOLE_DAY"):
    CUTS = ((130, 190, 200), (700, 701, 735), (1_000, 1_025, 1_026))
    GAPS_MIN, END_MIN = (150, 180, 720, 1_020), 1_441
else:
    CUTS = ((-1, 1, 3), (10, 11, 13), (20, 22, 24))
    GAPS_MIN, END_MIN = (0,), 31
STEP_MIN = 10  # powers change
# A reading is of the second in which the clock passes, measured each two: 1.5 kW flow 0.9 Wh.
MOST_OFF_WH = 1


def watts(circuit: int, minute: int) -> int:
    """A load of its own for each circuit; the last one is a PV string that feeds in at times."""
    step = (minute - START_MIN) // STEP_MIN
    if circuit == 6:
        return (400, -700, -1_200)[step % 3]
    return 150 * circuit + 37 * (step % 5) * circuit


class World:
    """Feeds the node of each life and adds up what has flown, mJ: import and export."""

    def __init__(self) -> None:
        self.minute = START_MIN
        self.flown_mj = {circuit: [0, 0] for circuit in range(1, 7)}
        self.at: dict[int, dict[int, tuple[int, int, int]]] = {}
        self.cuts = 0

    def live(self, node, until: int) -> None:
        while self.minute < until:
            powers = {circuit: watts(circuit, self.minute) for circuit in self.flown_mj}
            # Currents, too: a chip measures nothing below its start-up current.
            node.run(
                MINUTE_MS,
                **{f"p{circuit}_mw": 1_000 * power for circuit, power in powers.items()},
                **{f"i{circuit}_ma": 10 * abs(power) for circuit, power in powers.items()},
            )
            for circuit, power in powers.items():
                self.flown_mj[circuit][power < 0] += abs(power) * MINUTE_MS
            self.minute += 1
            if self.minute % 30 == 0:
                self.at[self.minute] = {
                    circuit: (into // MJ_PER_WH, out // MJ_PER_WH, self.cuts)
                    for circuit, (into, out) in self.flown_mj.items()
                }


def seconds(day: datetime.date, minute: int) -> int:
    """Since 2000-01-01 UTC, of a local minute."""
    midnight = datetime.datetime.combine(day, datetime.time(), LOCAL)
    return int((midnight - EPOCH).total_seconds()) + 60 * minute


def set_clock(node, day: datetime.date, minute: int) -> None:
    """Somebody types the time; the last letter is taken some two seconds after the first."""
    moment = EPOCH + datetime.timedelta(seconds=seconds(day, minute) + 2)
    node.ask(moment.strftime("time %Y-%m-%dT%H:%M:%S"), "time")


def lived(folder, day: datetime.date) -> World:
    """The day, in four lives of the node whose chip is in `folder`."""
    world, settings = World(), SETTINGS | {"loads": LOADS, "sample_ms": 2_000}
    starts = [(START_MIN, None), *[(back, clock) for _, back, clock in CUTS]]
    ends = [cut for cut, _, _ in CUTS] + [END_MIN]
    for (start, clock), end in zip(starts, ends, strict=True):
        world.minute = start
        start_s = seconds(day, start) if clock is None else 0
        with life(folder, settings=settings, start_s=start_s) as node:
            if clock is not None:
                world.live(node, clock)
                before_ms = node.now_ms
                set_clock(node, day, clock)
                spent_ms = node.now_ms - before_ms
                for circuit, flown in world.flown_mj.items():
                    power = watts(circuit, world.minute - 1)
                    flown[power < 0] += abs(power) * spent_ms
            world.live(node, end)
            node.cut()
        world.cuts += 1
    return world


async def read(client, ip: str, circuit: int, days_back: int) -> dict[int, list[int]]:
    """E2 and E4 of a day, as pychonet hands them on."""
    eoj = (0x02, 0x8D, circuit)
    day = {"EPC": 0xE0, "PDC": 1, "EDT": days_back}
    # It asks for nothing that the map does not have.
    assert await client.getAllPropertyMaps(ip, *eoj)
    assert await client.echonetMessage(ip, *eoj, SETC, [day])
    assert await client.echonetMessage(ip, *eoj, GET, [{"EPC": 0xE2}, {"EPC": 0xE4}])
    known = client.state[ip]["instances"][0x02][0x8D][circuit]
    found = {}
    for epc in (0xE2, 0xE4):
        data = known[epc]
        assert int.from_bytes(data[:2], "big") == days_back
        found[epc] = [int.from_bytes(data[at : at + 4], "big") for at in range(2, 194, 4)]
    return found


def test_a_day_with_three_cuts_and_a_late_clock_is_read_as_it_was_or_as_a_gap(tmp_path):
    day = datetime.datetime.now(LOCAL).date() - datetime.timedelta(days=2)
    world = lived(tmp_path, day)
    ours, theirs = seats(2)
    seen: dict[int, dict[int, list[int]]] = {}

    async def controllers_part():
        async with controller(ours) as client:
            await discover(client, theirs)
            back = (datetime.datetime.now(LOCAL).date() - day).days
            for circuit in range(1, 7):
                seen[circuit] = await read(client, theirs, circuit, back)

    with running("submeter6", theirs, tmp_path):
        asyncio.run(controllers_part())

    ends = range(0, min(END_MIN, 1_440), 30)
    there = [minute for minute in ends if minute not in GAPS_MIN]
    for circuit, readings in seen.items():
        for epc, way in ((0xE2, 0), (0xE4, 1)):
            told = {30 * slot: wh for slot, wh in enumerate(readings[epc]) if wh != NONE}
            assert list(told) == there, (circuit, told)
            for minute, wh in told.items():
                true_wh, cuts = world.at[minute][circuit][way], world.at[minute][circuit][2]
                low, high = true_wh - cuts - MOST_OFF_WH, true_wh + MOST_OFF_WH
                assert low <= wh <= high, (circuit, minute, wh, true_wh, cuts)
