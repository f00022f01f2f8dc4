"""The world of one site: takes the nodes' outputs, gives them their quantities, passes time."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta
from math import hypot
from typing import Protocol

from tomo.board.read import parts_of
from tomo.scenario.records import Event, Node, Scenario
from tomo.scenario.timeline import edges
from tomo.site.circuits import placed_loads
from tomo.world import flows
from tomo.world.battery import Battery
from tomo.world.daylight import altitude, lux
from tomo.world.demand import Demand
from tomo.world.faults import Faults
from tomo.world.grid import Condition, Grid
from tomo.world.inverter import GAP, ISLAND, TIED, Inverter
from tomo.world.lamps import DUTY_FULL, Lamp
from tomo.world.loads import Load
from tomo.world.profile import Profile
from tomo.world.sky import Sky
from tomo.world.supply import Supplies
from tomo.world.trace import TIERS, Move, Sample, Switched, Trace

# Source voltage and its drop from no load to the rating, of the inverter's island.
_ISLAND_DROOP = 0.02
# The senses of every board call a side alive from here on (contract of the desk's senses).
_ALIVE_V = 20.0
_SAMPLE_MS = 5_000
# Sunrise and sunset: the upper edge of the sun, with refraction.
_HORIZON_DEG = -0.833
_MS_PER_H = 3_600_000


class Lane(Protocol):
    """Who takes care of one lane of the timeline: at `settle` it does what is due by now."""

    lane: str

    def settle(self, now_ms: int) -> None: ...


class World:
    """`advance` passes time; at `now_ms` everything is settled and `quantities` may be read."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.now_ms = 0
        self._edges = edges(scenario)
        self._moments_ms = sorted({edge.t_ms for edge in self._edges})
        self.grid = Grid(scenario)
        self.inverter = Inverter(scenario.inverter)
        self.battery = Battery(scenario.battery)
        self.loads: dict[str, list[Load]] = {}
        self.lamps: dict[str, list[Lamp]] = {}
        self._parts = {node.name: parts_of(node.board) for node in scenario.node}
        for node in scenario.node:
            self._add(node)
        loads = {node: {one.number: one for one in self.loads[node]} for node in self.loads}
        lamps = {node: {one.number: one for one in self.lamps[node]} for node in self.lamps}
        self._sky = Sky(scenario)
        demand = Demand(scenario, loads)
        members = {node: loads[node] | lamps[node] for node in loads}
        self._faults = Faults(scenario, members)
        self.supplies = Supplies(scenario, members)
        self.lanes: tuple[Lane, ...] = (self.grid, self._sky, demand, self._faults, self.supplies)
        self._sun = _sun_profile(scenario)
        self._island_v = float(scenario.grid.line_v)
        self._over_since_ms: int | None = None
        self._dark_since_ms: int | None = None
        self._sun_up: bool | None = None
        self._light: dict[str, int] = {}
        self.load_v = 0.0
        self.lux = 0.0
        self.flows = flows.Flows()
        self.trace = self._new_trace()
        self._settle()

    def _add(self, node: Node) -> None:
        fixed = self._parts[node.name].fixed_circuits
        self.loads[node.name] = [
            Load(data, circuit, self.scenario.data_file(data.profile), circuit in fixed)
            for circuit, data in placed_loads(self._parts[node.name], node.load)
        ]
        self.lamps[node.name] = [
            Lamp(data, circuit)
            for circuit, data in zip(self._parts[node.name].lamp_circuits, node.lamp, strict=False)
        ]

    def _new_trace(self) -> Trace:
        switched = [
            Switched(node, one.name, one.number, one.tier, isinstance(one, Lamp))
            for node in self.loads
            for one in (*self.loads[node], *self.lamps[node])
            if not one.fixed
        ]
        return Trace(
            end_ms=self.scenario.site.duration,
            start_soc=self.battery.soc_percent,
            soc_min=self.battery.soc_percent,
            transfer_ms=self.scenario.inverter.transfer_ms,
            continuous_w=self.scenario.inverter.continuous_w,
            switched=switched,
            edges=self._edges,
        )

    @property
    def condition(self) -> Condition:
        return self.grid.condition

    def everything(self) -> list[Load | Lamp]:
        """All loads and lamps, in the scenario's order."""
        return [one for node in self.loads for one in (*self.loads[node], *self.lamps[node])]

    @property
    def load_w(self) -> float:
        return sum(one.power_w for one in self.everything())

    # Time

    def next_change_ms(self) -> int:
        """When something happens by itself next, after now."""
        due = [self.grid.next_change_ms(self.now_ms), self.inverter.next_change_ms()]
        due += self._moments_ms[bisect_right(self._moments_ms, self.now_ms) :][:1]
        due += [self.battery.next_change_ms(self.now_ms), self.supplies.next_change_ms()]
        due += [self._sun.next_change_ms(self.now_ms)] if self._sun else []
        due += [one.next_change_ms(self.now_ms) for one in self.everything()]
        return max(self.now_ms + 1, min(moment for moment in due if moment is not None))

    def advance(self, to_ms: int) -> None:
        """Pass time up to `to_ms`, stopping at every change on the way."""
        while self.now_ms < to_ms:
            stop_ms = min(to_ms, self.next_change_ms())
            self._run(stop_ms - self.now_ms)
            self.now_ms = stop_ms
            self._settle()

    def finish(self) -> Trace:
        """Close what is still open at the end and hand over the record."""
        self._note_over(over=False)
        self._note_dark(dark=False)
        self._sample()
        return self.trace

    def _run(self, span_ms: int) -> None:
        self.battery.run(span_ms)
        self.supplies.run(span_ms)
        energy = self.trace.energy_wh
        for name in ("load_w", "grid_w", "pv_w", "battery_w", "own_w"):
            passed_wh = getattr(self.flows, name) * span_ms / _MS_PER_H
            energy[name[:-2]] = energy.get(name[:-2], 0.0) + passed_wh

    def _settle(self) -> None:
        """Bring everything into agreement at `now_ms`.

        A trip changes who feeds the loads, so it is looked at once more after a change; the
        inverter cannot change twice more at one instant.
        """
        for one in self.lanes:
            one.settle(self.now_ms)
        self._let_fall()
        alive = self._hand_over()
        for _ in range(2):
            source = self.inverter.source
            alive = self._hand_over()
            if self.inverter.source == source:
                break
        self.flows = self._flows()
        self.battery.power_w = self.flows.battery_w
        self.load_v = self._load_voltage(alive)
        self._daylight()
        self._note(alive)

    def _hand_over(self) -> bool:
        """One look of the inverter at grid and loads; whether the load side is alive."""
        self.inverter.react(self.now_ms, self.condition, self.battery.has_energy)
        alive = self._feed_loads()
        self.inverter.carry(self.now_ms, self.load_w)
        return alive

    def _feed_loads(self) -> bool:
        source = self.inverter.source
        alive = source == ISLAND or (source == TIED and self.condition.volts >= _ALIVE_V)
        for one in self.everything():
            one.run(self.now_ms, alive)
        return alive

    def _flows(self) -> flows.Flows:
        sun_w = self._sun.at(self.now_ms) * self._sky.share if self._sun else 0.0
        if self.inverter.source == TIED:
            return flows.tied(self.load_w, sun_w, self.battery)
        if self.inverter.source == ISLAND:
            return flows.island(self.load_w, sun_w, self.inverter.ratings.own_w, self.battery)
        return flows.dark(sun_w, self.battery)

    def _load_voltage(self, alive: bool) -> float:
        if not alive:
            return 0.0
        if self.inverter.source == ISLAND:
            share = self.load_w / self.inverter.ratings.continuous_w
            return self._island_v * (1 - _ISLAND_DROOP * min(share, 2.0))
        current_a = self.load_w / max(self.condition.volts, 1.0)
        return max(0.0, self.condition.volts - self.scenario.grid.line_ohm * current_a)

    def _daylight(self) -> None:
        site = self.scenario.site
        moment = site.start_utc + timedelta(seconds=self.now_ms // 1000)
        self.sun_altitude = altitude(moment, site.latitude, site.longitude)
        self.lux = lux(self.sun_altitude) * self._sky.share
        up = self.sun_altitude > _HORIZON_DEG
        if self._sun_up is not None and up != self._sun_up:
            self.trace.marks.append((self.now_ms, "sunrise" if up else "sunset"))
        self._sun_up = up

    # Nodes

    def command(self, node: str, output: str, value: int, t_ms: int) -> None:
        """A node drove an output at `t_ms` (at or a little before now)."""
        if output == "supply":
            self.supplies.fail(node)
        elif output == "duty":
            self.lamps[node][0].duty = max(0, min(65_535, value))
        else:
            self._relay(node, int(output.removeprefix("relay")), bool(value), t_ms)
        self._settle()

    def _relay(self, node: str, number: int, closed: bool, t_ms: int, fell: bool = False) -> None:
        for one in (*self.loads[node], *self.lamps[node]):
            if one.number == number and one.contact.command(self.now_ms, closed):
                is_lamp = isinstance(one, Lamp)
                move = Move(t_ms, node, one.name, number, one.tier, closed, is_lamp, fell)
                self.trace.moves.append(move)

    def _let_fall(self) -> None:
        """Relays and lamps of nodes that have lost their power go to where they rest.

        Latching relays stay. A lamp's driver gives full light when nobody tells it otherwise.
        """
        for node in self.supplies.new_out:
            self.trace.marks.append((self.now_ms, f"{node} is without power"))
            latching = self._parts[node].latching_circuits
            for one in (*self.loads[node], *self.lamps[node]):
                if not (one.fixed or one.number in latching):
                    self._relay(node, one.number, isinstance(one, Lamp), self.now_ms, fell=True)
            for lamp in self.lamps[node]:
                lamp.duty = DUTY_FULL
        self.supplies.new_out.clear()

    def counted(self, node: str, kept_wh: Mapping[int, float]) -> None:
        """What the counters of a node had before all this, Wh since ever by circuit."""
        self.supplies.counted(node, kept_wh)

    def kept(self, node: str, kept_wh: Mapping[int, float]) -> None:
        """What the counters of a node without power have kept since ever, Wh by circuit."""
        lost_wh = self.supplies.lost_wh(node, kept_wh)
        self.trace.lost_wh += [(self.now_ms, lost) for lost in lost_wh]

    def switch_grid(self, on: bool) -> None:
        """Take the grid away, or give it back, by hand and now."""
        self.grid.lost = not on
        self._settle()

    def put_fault(self, event: Event, begins: bool) -> None:
        """A fault of the fault lane comes, or goes, by hand and now."""
        self._faults.put(event, begins)
        self._settle()

    def quantities(self, node: str) -> dict[str, int]:
        """What the node's chips and senses see now, in the units of the world link."""
        dead = self.load_v < _ALIVE_V
        island = self.inverter.source == ISLAND
        load_hz = float(self.scenario.grid.nominal_hz) if island else self.condition.hz
        seen = {
            "grid_mv": round(self.condition.volts * 1000),
            "load_mv": round(self.load_v * 1000),
            "grid_mhz": round(self.condition.hz * 1000),
            "load_mhz": 0 if dead else round(load_hz * 1000),
        }
        if self._parts[node].has_sense("contact"):
            seen["islanded"] = int(island)
        if self._parts[node].has_sense("supply"):
            seen["supplied"] = int(self.supplies.fed(node))
        for load in self.loads[node]:
            current_a = load.current_a(self.load_v)
            seen[f"i{load.seen_at}_ma"] = round(current_a * 1000) * abs(load.sensed)
            seen[f"p{load.seen_at}_mw"] = round(load.power_w * 1000) * load.sensed
            seen[f"q{load.seen_at}_mvar"] = round(load.reactive_var * 1000) * load.sensed
        for lamp in self.lamps[node]:
            seen["lamp_ma"] = round(lamp.current_a(self.load_v) * 1000) * abs(lamp.sensed)
            seen["lamp_mw"] = round(lamp.power_w * 1000) * lamp.sensed
            if self._parts[node].photocells:
                own_lux = lamp.data.own_lux * lamp.light_permille / 1000
                seen["lux_milli"] = round((self.lux * lamp.data.daylight_factor + own_lux) * 1000)
        if self._parts[node].has_main:
            seen |= self._main(node)
        return seen | self._faults.levels(node) | self.supplies.levels(node)

    def _main(self, node: str) -> dict[str, int]:
        """What the transformer on the node's main conductor sees: all its loads and lamps."""
        parts = (*self.loads[node], *self.lamps[node])
        power_w = sum(part.power_w for part in parts)
        reactive_var = sum(part.reactive_var for part in parts)
        current_a = hypot(power_w, reactive_var) / self.load_v if self.load_v > 1 else 0.0
        return {
            "i0_ma": round(current_a * 1000),
            "p0_mw": round(power_w * 1000),
            "q0_mvar": round(reactive_var * 1000),
        }

    def strokes(self, node: str) -> dict[str, int]:
        """What has happened to the node's chips since this was asked last: to be told once."""
        return self._faults.strokes(node)

    # Record

    def _note(self, alive: bool) -> None:
        over = self.load_w > self.inverter.ratings.continuous_w and self.inverter.source == ISLAND
        self._note_over(over)
        self._note_dark(dark=not alive)
        trace = self.trace
        trace.soc_min = min(trace.soc_min, self.battery.soc_percent)
        trace.trips = self.inverter.trips
        turned = not trace.sources or trace.sources[-1][1] != self.inverter.source
        if turned:
            trace.sources.append((self.now_ms, self.inverter.source))
        self._note_light()
        last = trace.samples[-1] if trace.samples else None
        if last is None or turned or self._differs(last):
            self._sample()

    def _differs(self, last: Sample) -> bool:
        """Whether a new sample would show more than the last one does."""
        if self.now_ms - last.t_ms >= _SAMPLE_MS:
            return True
        return abs(self.load_w - last.flows.load_w) > 1.0

    def _note_over(self, over: bool) -> None:
        if self._over_since_ms is not None:
            span_ms = self.now_ms - self._over_since_ms
            self.trace.over_budget_ms_max = max(self.trace.over_budget_ms_max, span_ms)
        if not over:
            self._over_since_ms = None
        elif self._over_since_ms is None:
            self._over_since_ms = self.now_ms

    def _note_dark(self, dark: bool) -> None:
        if dark and self._dark_since_ms is None:
            self._dark_since_ms = self.now_ms
        elif not dark and self._dark_since_ms is not None:
            self.trace.dark.append((self._dark_since_ms, self.now_ms))
            self._dark_since_ms = None

    def _note_light(self) -> None:
        for lamps in self.lamps.values():
            for lamp in lamps:
                if self._light.get(lamp.name) != lamp.light_permille:
                    self._light[lamp.name] = lamp.light_permille
                    self.trace.light.append((self.now_ms, lamp.name, lamp.light_permille))

    def _sample(self) -> None:
        tiers = [0.0] * TIERS
        for one in self.everything():
            tiers[one.tier] += one.power_w
        self.trace.samples.append(
            Sample(
                self.now_ms,
                self.condition.volts,
                self.load_v,
                "dark" if self.inverter.source == GAP else self.inverter.source,
                self.flows,
                tuple(tiers),
                self.battery.soc_percent,
                tuple(lamp.light_permille for lamps in self.lamps.values() for lamp in lamps),
            )
        )


def _sun_profile(scenario: Scenario) -> Profile | None:
    if scenario.pv is None:
        return None
    return Profile(scenario.pv.profile, scenario.data_file(scenario.pv.profile))
