"""What readings of a fitted node say of its wiring. Pure."""

from collections.abc import Iterator, Mapping

from tomo.commission.records import RIGHT, SKIPPED, WRONG, Check, Expected, Finding, Reading, Trial

# Less is taken for nothing: what a chip shows of an open circuit, and a load in standby.
FLOOR_W = 3.0
# The statutory bands, as the firmware has them.
_BANDS_V = {100: (95.0, 107.0), 200: (182.0, 222.0)}
_ON_GRID = ("normal", "return-wait", "restoring")
_WAITS_FOR_HERTZ = "frequency"  # words of what the firmware says of its senses
_WAITS_FOR_VOLTS = "voltage"
_WAITS_FOR_INVERTER = "inverter feeds"


def meters(expected: Expected, seen: Reading) -> Iterator[Check]:
    """Whether each circuit has readings, and the voltage that the site says."""
    low, high = _BANDS_V.get(expected.line_v, (0.0, 0.0))
    band = f"{low:g} to {high:g} V"
    for circuit in expected.circuits:
        volts, what = seen.voltage_v.get(circuit), f"voltage, {expected.called(circuit)}"
        if volts is None:
            says = f"the meter of {expected.called(circuit)} is silent: its chip, bus and supply"
            yield _wrong(what, band, "no reading", "silent-meter", (circuit,), says)
        elif not low <= volts <= high:
            says = (
                f"{expected.called(circuit)} has {volts:.1f} V at {expected.line_v} V nominal:"
                " its voltage tap, or line_v of the site"
            )
            yield _wrong(what, band, f"{volts:.1f} V", "wrong-voltage", (circuit,), says)
        else:
            yield Check(what, RIGHT, band, f"{volts:.1f} V")


def line(expected: Expected, settings: Mapping[str, object], seen: Reading) -> Iterator[Check]:
    """Volts and hertz that the node is set to, and what it says of those there are.

    The node tells no hertz, only that they are out of the band around its setting.
    """
    for key, unit, kind in (("line_v", "V", "wrong-voltage"), ("line_hz", "Hz", "wrong-frequency")):
        wanted, has = getattr(expected, key), settings.get(key)
        says = f"the node is set to {has} {unit}, the site has {wanted}: `tomo provision` sets it"
        what, told = f"setting {key}", (f"{wanted} {unit}", f"{has} {unit}")
        good = has == wanted
        yield Check(what, RIGHT, *told) if good else _wrong(what, *told, kind, (), says)
    for word, unit, kind in (
        (_WAITS_FOR_VOLTS, "V", "wrong-voltage"),
        (_WAITS_FOR_HERTZ, "Hz", "wrong-frequency"),
    ):
        wanted = f"{expected.line_v} V" if unit == "V" else f"{expected.line_hz} Hz"
        what, told = f"grid, {unit}", (f"{wanted}, within its band", seen.sense or "in its band")
        says = f"{seen.sense}: the grid is not {wanted}, or its sense is wrong"
        bad = word in seen.sense
        yield _wrong(what, *told, kind, (), says) if bad else Check(what, RIGHT, *told)


def senses(expected: Expected, seen: Reading) -> Iterator[Check]:
    """What the senses say while the grid feeds the loads."""
    what, wanted, state = "senses, grid there", "the grid feeds the loads", f"grid {seen.grid}"
    if seen.grid in _ON_GRID:
        yield Check(what, RIGHT, wanted, state)
    elif not seen.fed:
        says = "the meters see no mains: switch the grid on"
        yield _wrong(what, wanted, f"{state}, no mains", "no-mains", (), says)
    else:
        dead = "grid and load sense are" if seen.grid == "dead" else "grid sense is"
        says = (
            f"there is mains, and the node says {seen.grid}: the {dead} dead; its line, fuse and"
            " opto-coupler"
        )
        yield _wrong(what, wanted, f"{state}, with mains", "dead-sense", (), says)
    if "contact" in expected.senses:
        what, wanted = "inverter's contact, grid there", "open"
        if _WAITS_FOR_INVERTER in seen.sense:
            says = "the inverter's contact says that it feeds the loads: its level and terminals"
            yield _wrong(what, wanted, "closed", "wrong-contact", (), says)
        else:
            yield Check(what, RIGHT, wanted, "open, or not heeded")


def branches(expected: Expected, trials: Mapping[int, Trial]) -> dict[int, Check]:
    """Whether switching a load moves the watts of its own circuit, the right way round.

    Both by the circuit of the load that was switched off: what comes of one depends on the others.
    """
    seen_at = {circuit: followed(trial) for circuit, trial in trials.items()}
    return {circuit: _branch(expected, trials[circuit], seen_at) for circuit in sorted(trials)}


def never_on(expected: Expected, circuit: int) -> Check:
    """Of a load that is wanted and free, and does not come on beside the grid."""
    called = expected.called(circuit)
    says = f"{called} does not come on: `tomo node why` tells what it waits for"
    return _wrong(f"branch, {called}", "on beside the grid", "off", "not-on", (circuit,), says)


def followed(trial: Trial) -> int | None:
    """The circuit whose watts went when the load did; None if none did."""
    fell = [
        circuit
        for circuit, before in trial.before.items()
        if abs(before or 0.0) >= FLOOR_W and _nothing(trial.after.get(circuit))
    ]
    if trial.circuit in fell:
        return trial.circuit
    return max(fell, key=lambda circuit: abs(trial.before[circuit] or 0.0), default=None)


def _nothing(watts: float | None) -> bool:
    return watts is not None and abs(watts) < FLOOR_W


def _branch(expected: Expected, trial: Trial, seen_at: Mapping[int, int | None]) -> Check:
    own, at = trial.circuit, seen_at[trial.circuit]
    called = expected.called(own)
    what, wanted = f"branch, {called}", f"its own watts go, at least {FLOOR_W:g} W"
    before, after = trial.before.get(own), trial.after.get(own)
    if at is None:
        told = f"{_watts(before)} on, {_watts(after)} off"
        if before is None or after is None:
            says = f"the meter of {called} is silent: its chip, bus and supply"
            return _wrong(what, wanted, told, "silent-meter", (own,), says)
        if _nothing(before):
            says = f"no load on {called}: nothing is switched on there, or its CT is not fitted"
            return _wrong(what, wanted, told, "no-load", (own,), says)
        says = f"{called} draws although it is switched off: a welded relay, or a bypass"
        return _wrong(what, wanted, told, "not-switched", (own,), says)
    moved = f"{_watts(trial.before[at])} on, {_watts(trial.after[at])} off at circuit {at}"
    turned = (trial.before[at] or 0.0) < 0
    also = f"; the CT at circuit {at} is reversed, too" if turned else ""
    if at == own:
        says = f"the CT of {called} is reversed: turn it round, its arrow towards the load"
        return (
            _wrong(what, wanted, moved, "ct-reversed", (own,), says)
            if turned
            else Check(what, RIGHT, wanted, moved)
        )
    if seen_at.get(at) == own:
        pair = tuple(sorted((own, at)))
        says = f"the CTs of {expected.called(pair[0])} and {expected.called(pair[1])} are swapped"
        return _wrong(what, wanted, moved, "cts-swapped", pair, says + also)
    says = f"the CT of circuit {at} is on the branch of {called}, or the relays are swapped"
    return _wrong(what, wanted, moved, "ct-elsewhere", (own, at), says + also)


def contact(seen: Reading) -> Check:
    """After the technician has closed the inverter's contact beside a living grid."""
    what, wanted, state = "inverter's contact, closed by hand", "grid islanded", f"grid {seen.grid}"
    if seen.grid == "islanded":
        return Check(what, RIGHT, wanted, state)
    says = "the inverter's contact is dead: nothing changed as it closed; its wires and terminals"
    return _wrong(what, wanted, state, "dead-sense", (), says)


def outage(seen: Reading) -> Check:
    """After the technician has taken the grid away and the inverter has had time to take over."""
    what, wanted = "senses, grid switched off", "grid islanded"
    state = f"grid {seen.grid}, {'with' if seen.fed else 'no'} mains behind the inverter"
    if seen.grid == "islanded":
        return Check(what, RIGHT, wanted, state)
    if seen.grid in _ON_GRID:
        says = "the grid sense is dead or on the wrong side: it sees a grid that is switched off"
        return _wrong(what, wanted, state, "dead-sense", (), says)
    if seen.fed:
        says = "the load sense is dead: the meters see mains and it does not"
        return _wrong(what, wanted, state, "dead-sense", (), says)
    says = "the inverter does not take over: nobody feeds the loads"
    return _wrong(what, wanted, state, "no-island", (), says)


def lamp(before: Reading, locked: Reading, ramp: list[Reading]) -> Check:
    """A lamp that was lit, locked off, and free again."""
    full, what = before.lamp_permille or 0, "lamp, locked off and free again"
    wanted = f"{full / 10:g} %, nothing, {full / 10:g} % again"
    levels = [one.lamp_permille or 0 for one in ramp]
    back_w = ramp[-1].lamp_w if ramp else None
    told = (
        f"{_watts(before.lamp_w)}, {_watts(locked.lamp_w)}, then"
        f" {', '.join(f'{level / 10:g} %' for level in dict.fromkeys(levels)) or 'nothing'}"
        f" and {_watts(back_w)}"
    )
    watts = before.lamp_w
    if watts is None or back_w is None:
        return _wrong(what, wanted, told, "silent-meter", (), "the lamp's meter is silent")
    if watts <= -FLOOR_W:
        says = "the lamp's meter sees its power backward: exchange its two wires"
        return _wrong(what, wanted, told, "ct-reversed", (), says)
    if watts < FLOOR_W:
        says = "the lamp draws nothing although it is lit: lamp, driver and fuse"
        return _wrong(what, wanted, told, "no-load", (), says)
    if not _nothing(locked.lamp_w):
        says = "the lamp draws although it is locked off: its relay"
        return _wrong(what, wanted, told, "not-switched", (), says)
    if levels[-1] < full or back_w < FLOOR_W:
        says = "the lamp does not come back: its relay and driver"
        return _wrong(what, wanted, told, "lamp-dark", (), says)
    return Check(what, RIGHT, wanted, told)


def skipped(what: str, why: str) -> Check:
    """What was not looked at."""
    return Check(what, SKIPPED, "", why)


def _wrong(
    what: str, expected: str, seen: str, kind: str, circuits: tuple[int, ...], says: str
) -> Check:
    return Check(what, WRONG, expected, seen, Finding(kind, circuits, says))


def _watts(watts: float | None) -> str:
    return "no reading" if watts is None else f"{watts:.1f} W"
