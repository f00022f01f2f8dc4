"""Where counts become reading, energy, peak and age: the circuits that one chip measures.

Whatever feeds from a circuit, relay or lamp, and whichever chip measures it.
"""

from micropython import const
from time import ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.meter.scaling import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.loads import Load
    from tomoshibi.core.readings import Counts
    from tomoshibi.meter.peak import RollingPeaks

# A chip that does not answer for this long has no valid readings any more.
_STALE_S = const(5)
# The longest gap that is still counted, with the power at its end.
_LONGEST_SPAN_MS = const(30_000)


class Circuits:
    """The circuits of one chip, in the order of its channels.

    ratios     the chip's calibration
    count_mj   as a driver's: the energy of a count, or 0 to integrate power
    peaks      of the loads, None if no circuit has one
    net        sums over circuits to be added to, mJ and mvar s, import less export; if any
    """

    def __init__(
        self,
        circuits: Sequence[Branch | Lamp],
        ratios: tuple[int, int, int],
        count_mj: int,
        peaks: RollingPeaks | None = None,
        net: list[int] | None = None,
    ) -> None:
        self._circuits = circuits
        self._ratios = ratios
        self._count_mj = count_mj
        self._peaks = peaks
        self._net = net
        self._taken_ms = ticks_ms()

    def valid(self) -> bool:
        return self._circuits[0].reading.valid

    def take(self, counts: Sequence[Counts], full: bool, now_s: int) -> None:
        """Take what a chip has measured by uptime `now_s`: power and energy, all if `full`.

        Energy counts are moved out of `counts`, so that none is counted twice. A register full
        of 16 bits is 737 MJ at 3200 pulses/kWh, below an EnergyCounter's limit for one step.
        """
        now_ms = ticks_ms()
        span_ms = ticks_diff(now_ms, self._taken_ms)
        self._taken_ms = now_ms
        if not 0 < span_ms <= _LONGEST_SPAN_MS:
            span_ms = 0
        for i in range(len(self._circuits)):
            circuit = self._circuits[i]
            reading = circuit.reading
            fill(self._ratios, counts[i], reading, full)
            reading.at_s = now_s
            if full:
                reading.valid = True
            self._count(circuit, counts[i], span_ms)
            if circuit.load is not None:
                self._note_draw(i, circuit.load, reading.power_mw // 1000, now_s)

    def age(self, now_s: int) -> None:
        """Take note that there was nothing to take at uptime `now_s`."""
        for circuit in self._circuits:
            if now_s - circuit.reading.at_s > _STALE_S:
                circuit.reading.valid = False
                # Unknown: the plan counts with the rating. What proved too big stays so.
                load = circuit.load
                if load is not None:
                    load.power_w = 0
                    if load.closed:
                        load.peak_w = 0

    def _count(self, circuit: Branch | Lamp, counts: Counts, span_ms: int) -> None:
        net, count_mj = self._net, self._count_mj
        if not count_mj:
            energy_mj = circuit.energy.add(circuit.reading.power_mw, span_ms)
        else:
            energy_mj = _add(circuit.energy, counts.forward * count_mj, counts.reverse * count_mj)
            counts.forward = counts.reverse = 0
        if net is not None:
            net[0] += energy_mj
        if circuit.reactive is not None:
            forward, reverse = counts.reactive_forward, counts.reactive_reverse
            energy_mj = _add(circuit.reactive, forward * count_mj, reverse * count_mj)
            if net is not None:
                net[1] += energy_mj
        counts.reactive_forward = counts.reactive_reverse = 0

    def _note_draw(self, i: int, load: Load, power_w: int, now_s: int) -> None:
        load.power_w = power_w
        # An open load keeps the peak it had: its rating was believed once already. What a start
        # draws is the control path's to judge.
        if self._peaks is not None and load.closed and not load.starting:
            load.peak_w = self._peaks.update(i, now_s, abs(power_w))


def _add(energy: EnergyCounter, forward_mj: int, reverse_mj: int) -> int:
    """Count both directions; returns what came in less what went out, mJ."""
    energy.add_mj(forward_mj)
    energy.add_mj(-reverse_mj)
    return forward_mj - reverse_mj
