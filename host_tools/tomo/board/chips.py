"""What is wrong with the chips of a board: where they are, and what they are said to measure.

Of a chip that the board brings a driver for it is known where it is and what it measures.
"""

from collections.abc import Iterator

from tomo.board.finding import Finding
from tomo.board.own_chips import channels_of, is_own, missing
from tomo.board.read import Board
from tomo.guess import meant

# Bus, channels and number of figures of each chip.
_METERS = {"atm90e32": ("spi", 3, 3), "bl0942": ("uart", 1, 3)}
_PHOTOCELLS = {"bh1750": "i2c"}
# What a chip's select inputs leave of its bus's addresses.
_PLACES = {"bl0942": range(4), "bh1750": (0x23, 0x5C)}
# Of the seven bits the rest is reserved (I2C specification, "Reserved addresses").
_I2C_PLACES = range(0x08, 0x78)
# Bits a second that a chip can be set to.
_SPEEDS = {"bl0942": (4_800, 9_600)}  # by its pin; the faster ones are by a register


def chips(board: Board) -> Iterator[Finding]:
    """Chips that are not known, not on their bus, or not alone at their place."""
    kinds = {row[0]: row[1] for row in board.buses}
    places: set[tuple] = set()
    names: set[str] = set()
    for rows, name, wanted in (
        (board.meters, "METERS", {chip: row[0] for chip, row in _METERS.items()}),
        (board.photocells, "PHOTOCELLS", _PHOTOCELLS),
    ):
        for number, (chip_name, chip, bus, place, *_) in enumerate(rows):
            line = board.lines[name, number]
            if chip_name in names:
                yield Finding(line, f"a second chip {chip_name!r}", "Give each its own name.")
            names.add(chip_name)
            if is_own(board, chip) and chip not in wanted:
                if bus not in kinds:
                    yield Finding(line, f"no bus {bus!r}", "BUSES has the buses.")
                for what, remedy, fails in missing(board, chip):
                    yield Finding(line, what, remedy, fails)
            elif chip not in wanted:
                yield Finding(line, f"unknown chip {chip!r}", _unknown(chip, list(wanted)))
            elif kinds.get(bus) != wanted[chip]:
                what = f"no bus {bus!r} of kind {wanted[chip]}"
                near = meant(bus, [one for one in kinds if kinds[one] == wanted[chip]])
                remedy = f"Did you mean {near!r}?" if near else "BUSES has the buses."
                yield Finding(line, what, remedy)
            where = _shown(kinds.get(bus), place)
            remedy = _misplaced(chip, kinds.get(bus), place)
            if remedy:
                yield Finding(line, f"{chip} at address {where}", remedy)
            if (bus, place) in places:
                yield Finding(line, f"two chips at {where} of {bus}", "Give each its own place.")
            places.add((bus, place))


def _unknown(chip: str, known: list[str]) -> str:
    near = meant(chip, known)
    guess = f"Did you mean {near!r}? " if near else ""
    if not chip.isidentifier():
        return f"{guess}Known: {', '.join(known)}. A chip of your own is the name of a module."
    return f"{guess}Known: {', '.join(known)}. For another write {chip}.py beside board.py."


def _misplaced(chip: str, kind: str | None, place: int) -> str:
    """What to do about an address that cannot be; empty if it can."""
    can = _PLACES.get(chip, _I2C_PLACES if kind == "i2c" else (place,))
    if place in can:
        return ""
    if kind == "i2c" and place >> 1 in can:
        whole, half = _shown(kind, place), _shown(kind, place >> 1)
        return f"{whole} is the address with its read/write bit? Then {half}."
    if isinstance(can, range):
        return f"It is from {_shown(kind, can[0])} to {_shown(kind, can[-1])}."
    return f"It can have {', '.join(_shown(kind, each) for each in can)}."


def _counted(circuits: int) -> str:
    return "1 circuit" if circuits == 1 else f"{circuits} circuits"


def _shown(kind: str | None, place: int) -> str:
    """As data sheets write it: addresses of I2C in hex."""
    return f"{place:#04x}" if kind == "i2c" else str(place)


def speeds(board: Board) -> Iterator[Finding]:
    """Buses that are faster or slower than a chip on them can be."""
    for number, (name, kind, _port, *rest) in enumerate(board.buses):
        for chip in sorted({row[1] for row in board.meters if row[2] == name}):
            can = _SPEEDS.get(chip, ())
            if can and kind == _METERS[chip][0] and rest[-1] > 0 and rest[-1] not in can:
                what = f"{rest[-1]} as the speed of {name}, with {chip} on it"
                remedy = f"It can have {', '.join(str(each) for each in can)}."
                yield Finding(board.lines["BUSES", number], what, remedy)


def meters(board: Board) -> Iterator[Finding]:
    """Circuits and figures that do not fit the chip."""
    measured: set[int] = set()
    for number, (name, chip, _bus, _place, circuits, figures) in enumerate(board.meters):
        line = board.lines["METERS", number]
        _, channels, wanted = _METERS.get(chip, ("", len(circuits), len(figures)))
        if not 0 < len(circuits) <= channels:
            what = f"{name} has {channels} channels, for {len(circuits)} circuits"
            yield Finding(line, what, "One circuit a channel.")
        own = channels_of(board, chip) if chip not in _METERS else None
        if own is not None and own != len(circuits):
            what = f"{chip} measures {_counted(own)}, {name} names {len(circuits)}"
            yield Finding(line, what, "One circuit a channel.", fails=own < len(circuits))
        if chip in _METERS and (len(figures) != wanted or min(figures) <= 0):
            what = f"{chip} needs {wanted} figures above 0"
            yield Finding(line, what, "docs/boards.md has which.")
        for circuit in circuits:
            if circuit in measured:
                yield Finding(line, f"two meters on circuit {circuit}", "One measures it.")
            measured.add(circuit)
