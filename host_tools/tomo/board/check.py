"""What is wrong with a list of parts: each finding with its line, reason and remedy.

Pins are those of the ESP32 (data sheet, "Pin definitions" and "Strapping pins"), ports those of
MicroPython on it.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tomo.board.beside import beside
from tomo.board.chips import chips, meters, speeds
from tomo.board.finding import Finding
from tomo.board.read import Board
from tomoshibi.wire.history import BRANCHES_MOST

_FLASH = frozenset(range(6, 12))
_CONSOLE = frozenset((1, 3))
_STRAPPING = frozenset((0, 2, 5, 12, 15))
_INPUT_ONLY = frozenset(range(34, 40))
_MISSING = frozenset((20, 24, 28, 29, 30, 31))
_ADC1 = frozenset(range(32, 40))
# UART 0 is the console's; SPI 0 is the flash's.
_PORTS = {"spi": (1, 2), "uart": (1, 2), "i2c": (0, 1)}
# Fields behind name and kind; those of them that are pins, and whether the chip drives the pin.
_BUSES = {
    "spi": (5, ((1, "SCK", True), (2, "MOSI", True), (3, "MISO", False))),
    "uart": (4, ((1, "TX", True), (2, "RX", False))),
    "i2c": (3, ((1, "SCL", True), (2, "SDA", True))),
}
# A latching relay's row has a pin and a time more. Of the times: shorter moves no contact, longer
# warms a coil; all are waited for at boot, and before maintenance, which has the watchdog's 8 s.
_LATCHING = 6
_PULSE_MS = range(10, 1_001)
_PULSES_MS = 4_000
_PROCESSOR = ("CONTROL_PERIOD_MS", "WATCHDOG_MS", "RESET_REASON")
_SENSES = ("grid", "load", "contact", "grid-level", "supply")
_WITH_LEVEL = ("grid", "load", "supply")
# What a save takes after the supply has failed with the mains: docs/flash.md, "Hold-up".
_HOLD_UP_MS = 200
_LENGTHS = {"METERS": 6, "RELAYS": 4, "SENSES": 3, "LAMPS": 4, "PHOTOCELLS": 4}


@dataclass(frozen=True)
class Use:
    """A pin and what it is for."""

    pin: int
    part: str
    signal: str
    drives: bool
    line: int


def check(board: Board) -> list[Finding]:
    """Everything that is wrong, in the order of the lines; other files behind the board.py."""
    shapes = misshapen(board)
    if shapes:  # what a row means is not known then
        return [*shapes, *beside(board)]
    checks = (
        _name,
        _buses,
        speeds,
        chips,
        meters,
        _circuits,
        _relays,
        _pulses,
        _lamps,
        _senses,
        _pins,
    )
    rows = (one for part in checks for one in part(board))
    return [*sorted(rows, key=lambda one: one.line), *beside(board)]


def misshapen(board: Board) -> list[Finding]:
    """The rows that are none; without any, what is on each pin is known."""
    return list(_shapes(board))


def uses(board: Board) -> list[Use]:
    """Every pin of a board whose rows have the right shape."""
    found = []
    for place, (name, kind, *rest) in enumerate(board.buses):
        for at, signal, drives in _BUSES[kind][1]:
            found.append(Use(rest[at], name, signal, drives, board.lines["BUSES", place]))
    kinds = {row[0]: row[1] for row in board.buses}
    for place, (name, _chip, bus, pin, *_) in enumerate(board.meters):
        if kinds.get(bus) == "spi":
            found.append(Use(pin, name, "select", True, board.lines["METERS", place]))
    for place, (circuit, pin, *more) in enumerate(board.relays):
        line = board.lines["RELAYS", place]
        signals = {"closing coil": pin, "opening coil": more[2]} if more[2:] else {"relay": pin}
        found += [Use(at, f"circuit {circuit}", how, True, line) for how, at in signals.items()]
    for place, (circuit, pin, *_) in enumerate(board.lamps):
        line = board.lines["LAMPS", place]
        found.append(Use(pin, f"circuit {circuit}", "dimming", True, line))
    for place, (what, pin, *_) in enumerate(board.senses):
        found.append(Use(pin, what, "sense", False, board.lines["SENSES", place]))
    return found


def _shapes(board: Board) -> Iterator[Finding]:
    for place, row in enumerate(board.buses):
        line = board.lines["BUSES", place]
        if len(row) < 2 or row[1] not in _BUSES:
            known = ", ".join(_BUSES)
            yield Finding(line, f"unknown kind of bus in {row}", f"Known: {known}.")
        elif (
            len(row) != 2 + _BUSES[row[1]][0]
            or not _numbers(row[2:])
            or not isinstance(row[0], str)
        ):
            yield _no_row(line, "BUSES", row)
    for name, length in _LENGTHS.items():
        for place, row in enumerate(getattr(board, name.lower())):
            texts = {"METERS": 3, "PHOTOCELLS": 3, "SENSES": 1}.get(name, 0)
            numbers = row[texts:4] if name == "METERS" else row[texts:]
            lists = row[4:] if name == "METERS" else ()
            optional = name == "SENSES" and row[:1] and row[0] in _WITH_LEVEL
            whole = length <= len(row) <= length + optional
            whole = whole or (name == "RELAYS" and len(row) == _LATCHING)
            whole = whole and all(isinstance(text, str) for text in row[:texts])
            whole = whole and all(isinstance(each, tuple) and _numbers(each) for each in lists)
            if not whole or not _numbers(numbers):
                yield _no_row(board.lines[name, place], name, row)


def _numbers(row: tuple) -> bool:
    return all(type(each) is int for each in row)


def _no_row(line: int, name: str, row: tuple) -> Finding:
    return Finding(line, f"{name}: {row} is no such row", "docs/boards.md has what each row holds.")


def _name(board: Board) -> Iterator[Finding]:
    folder = Path(os.path.abspath(board.path)).parent.name  # of `..`, too
    for name in _PROCESSOR:
        if (name, -1) not in board.lines:
            yield Finding(board.lines["NAME", -1], f"no {name}", "Take it from another board.")
    if board.name != folder:
        what = f"NAME is {board.name!r}, its folder {folder!r}"
        yield Finding(board.lines["NAME", -1], what, "Make them the same.")


def _buses(board: Board) -> Iterator[Finding]:
    used = {row[2] for row in (*board.meters, *board.photocells)}
    names: set[str] = set()
    ports: set[tuple[str, int]] = set()
    for number, (name, kind, port, *rest) in enumerate(board.buses):
        line = board.lines["BUSES", number]
        if port not in _PORTS[kind]:
            free = " and ".join(str(each) for each in _PORTS[kind])
            yield Finding(line, f"no {kind} port {port} is free", f"{free} are.")
        if (kind, port) in ports:
            yield Finding(line, f"a second bus on {kind} port {port}", "Give each its own port.")
        if name in names:
            yield Finding(line, f"a second bus {name!r}", "Give each its own name.")
        if kind != "i2c" and rest[-1] <= 0:
            yield Finding(line, f"{rest[-1]} as the speed of {name}", "It is above 0.")
        # A row with an unknown bus may mean this one.
        if name not in used and used <= {row[0] for row in board.buses}:
            yield Finding(line, f"nothing is on bus {name!r}", "Leave it out.", fails=False)
        names.add(name)
        ports.add((kind, port))


def _circuits(board: Board) -> Iterator[Finding]:
    line = board.lines["METERS", -1]
    switched = {row[0] for row in board.relays}
    measured = {circuit for row in board.meters for circuit in row[4]}
    brought = _circuit_lines(board)
    yield from _main(board, brought)
    circuits = sorted((switched | measured | set(board.lamp_circuits)) - {0})
    for before, circuit in zip([0, *circuits], circuits, strict=False):
        if circuit != max(before, 0) + 1:
            what = f"circuit {circuit} among circuits {circuits}"
            yield Finding(brought[circuit], what, "Number circuits from 1, without a gap.")
    if len(circuits) > BRANCHES_MOST:
        what = f"{len(circuits)} circuits"
        yield Finding(line, what, f"{BRANCHES_MOST} are the most a node keeps half hours of.")
    if not circuits:
        yield Finding(line, "no circuit", "A board measures, switches or lights something.")
    for circuit in circuits:
        if circuit not in measured:
            yield Finding(
                brought[circuit], f"circuit {circuit} has no meter", "METERS has its circuit's."
            )
        elif circuit not in switched and circuit not in board.lamp_circuits:
            what = f"circuit {circuit} has no relay"
            yield Finding(brought[circuit], what, "What it draws is nobody's to cut.", fails=False)


def _main(board: Board, brought: dict[int, int]) -> Iterator[Finding]:
    if 0 in board.load_circuits or 0 in board.lamp_circuits:
        what = "circuit 0, the main conductor, has a relay or a lamp"
        yield Finding(brought[0], what, "It is measured only: number what is switched from 1.")
    elif board.has_main and not (board.load_circuits or board.fixed_circuits):
        what = "circuit 0, the main conductor, beside lamps alone"
        yield Finding(brought[0], what, "A lamp's meter says the same: leave it out.")


def _circuit_lines(board: Board) -> dict[int, int]:
    """Line of the first row that brings each circuit."""
    lines: dict[int, int] = {}
    for name, rows in (
        ("METERS", [row[4] for row in board.meters]),
        ("RELAYS", [row[:1] for row in board.relays]),
        ("LAMPS", [row[:1] for row in board.lamps]),
    ):
        for place, circuits in enumerate(rows):
            for circuit in circuits:
                lines.setdefault(circuit, board.lines[name, place])
    return lines


def _relays(board: Board) -> Iterator[Finding]:
    for number, (circuit, _pin, closes, reset, *latching) in enumerate(board.relays):
        line = board.lines["RELAYS", number]
        if not {closes, reset} <= {0, 1}:
            yield Finding(line, f"levels {closes} and {reset}", "A level is 0 or 1.")
        elif latching and closes == reset:
            what = f"a coil of circuit {circuit} is driven in reset"
            yield Finding(line, what, "Pulses have the other level than pins at rest.")
        elif circuit in board.load_circuits and closes == reset:
            what = f"load {circuit} is energised in reset, before the grid is judged"
            yield Finding(line, what, "Take the relay's other contact, or the other resistor.")


def _pulses(board: Board) -> Iterator[Finding]:
    together_ms = 0
    for number, row in enumerate(board.relays):
        if len(row) != _LATCHING:
            continue
        pulse_ms, line = row[-1], board.lines["RELAYS", number]
        if pulse_ms not in _PULSE_MS:
            remedy = f"{_PULSE_MS[0]} to {_PULSE_MS[-1]}: five times the time it takes to move."
            yield Finding(line, f"a pulse of {pulse_ms} ms", remedy)
            continue
        if together_ms <= _PULSES_MS < together_ms + pulse_ms:
            what = f"pulses of more than {_PULSES_MS} ms in all"
            yield Finding(line, what, "They follow each other at boot: make them shorter.")
        together_ms += pulse_ms


def _lamps(board: Board) -> Iterator[Finding]:
    switched = {row[0] for row in board.relays}
    for number, (circuit, _pin, hz, reset) in enumerate(board.lamps):
        line = board.lines["LAMPS", number]
        if circuit not in switched:
            yield Finding(line, f"lamp {circuit} has no relay", "RELAYS has its circuit's.")
        if circuit in board.lamp_circuits[:number]:
            yield Finding(line, f"a second lamp on circuit {circuit}", "One of each.")
        if hz <= 0:
            yield Finding(line, f"{hz} Hz as the dimming's frequency", "It is above 0.")
        if reset not in (0, 1):
            yield Finding(line, f"level {reset}", "A level is 0 or 1.")
    for number in range(1, len(board.lamps)):
        line = board.lines["LAMPS", number]
        yield Finding(line, "more than one lamp", "One is the most a node lights today.")
    for number in range(len(board.photocells)):
        if not board.lamps or number:
            line = board.lines["PHOTOCELLS", number]
            yield Finding(line, "a photocell for no lamp", "One of each.")


def _senses(board: Board) -> Iterator[Finding]:
    names = [row[0] for row in board.senses]
    for number, name in enumerate(names):
        line = board.lines["SENSES", number]
        if name not in _SENSES:
            yield Finding(line, f"unknown sense {name!r}", f"Known: {', '.join(_SENSES)}.")
        if name in names[:number]:
            yield Finding(line, f"a second sense {name!r}", "One of each.")
        if name == "grid-level" and board.senses[number][1] not in _ADC1:
            yield Finding(line, "the ADC beside Wi-Fi is on GPIO 32 to 39", "Take one of these.")
        if name == "contact" and board.senses[number][2] not in (0, 1):
            yield Finding(line, f"level {board.senses[number][2]}", "A level is 0 or 1.")
        elif name in _WITH_LEVEL and board.senses[number][3:] not in ((), (0,), (1,)):
            yield Finding(line, f"level {board.senses[number][3]}", "A level is 0 or 1.")
        elif name != "contact" and board.senses[number][2] < 1:
            yield Finding(line, f"{name}: a figure below its range", "docs/boards.md has it.")
        elif name == "supply" and board.senses[number][2] < _HOLD_UP_MS:
            what = f"a supply that holds up for {board.senses[number][2]} ms"
            remedy = f"Counters are saved within {_HOLD_UP_MS} ms of a failure of the mains."
            yield Finding(line, what, remedy, fails=False)
    for name in ("grid", "load"):
        if name not in names:
            what = f"no sense {name!r}"
            yield Finding(board.lines["SENSES", -1], what, "Without it no island is known.")


def _pins(board: Board) -> Iterator[Finding]:
    taken: dict[int, Use] = {}
    for use in uses(board):
        what = f"GPIO {use.pin} ({use.part} {use.signal})"
        if use.pin in _MISSING or not 0 <= use.pin < 40:
            yield Finding(use.line, f"{what} does not exist", "Take one from 0 to 39 that does.")
        elif use.pin in _FLASH:
            yield Finding(use.line, f"{what} belongs to the flash", "6 to 11 are not free.")
        elif use.pin in _CONSOLE:
            yield Finding(use.line, f"{what} is the console's", "1 and 3 are UART 0.")
        elif use.drives and use.pin in _INPUT_ONLY:
            yield Finding(use.line, f"{what} cannot drive", "34 to 39 are inputs only.")
        elif use.pin in _STRAPPING:
            remedy = "Its level at reset decides how the chip starts: mind its resistor."
            yield Finding(use.line, f"{what} is a strapping pin", remedy, fails=False)
        if use.pin in taken:
            other = taken[use.pin]
            what = f"{what} is {other.part} {other.signal}, too (line {other.line})"
            yield Finding(use.line, what, "Give each its own pin.")
        taken[use.pin] = use
