"""Reads a board.py without running it.

Only what needs no running is understood: numbers, texts, None, tuples, `const()` of these, and
names given a value further up. Anything else is refused with its line.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tomo.checkout import board_folder
from tomo.errors import UsageError

_MONOSTABLE = 4  # columns of such a row of RELAYS; a latching relay's has more
_ROWS = ("BUSES", "METERS", "RELAYS", "SENSES", "LAMPS", "PHOTOCELLS")


@dataclass(frozen=True)
class Board:
    """The rows of a board as they stand in its file, and what follows from them."""

    name: str
    buses: tuple
    meters: tuple
    relays: tuple
    senses: tuple
    lamps: tuple
    photocells: tuple
    path: Path = Path()
    lines: dict[tuple[str, int], int] = field(default_factory=dict)  # (rows' name, place): line
    reset_reason: object = None  # the register, which tells the processor; None if not said

    @property
    def lamp_circuits(self) -> list[int]:
        return [circuit for circuit, *_ in self.lamps]

    @property
    def load_circuits(self) -> list[int]:
        """Circuits that relays switch and that are no lamp's, ascending."""
        return sorted({circuit for circuit, *_ in self.relays}.difference(self.lamp_circuits))

    @property
    def fixed_circuits(self) -> list[int]:
        """Circuits that are measured and nothing else, ascending; the main conductor is none."""
        measured = {circuit for row in self.meters for circuit in row[4] if circuit}
        return sorted(measured.difference(self.load_circuits, self.lamp_circuits))

    @property
    def latching_circuits(self) -> set[int]:
        """Circuits whose contacts stay as they are without power: all their relays latch."""
        monostable = {row[0] for row in self.relays if len(row) == _MONOSTABLE}
        return {circuit for circuit, *_ in self.relays} - monostable

    @property
    def has_main(self) -> bool:
        """Whether a meter is on the main conductor, circuit 0."""
        return bool(self.meter_of(0))

    def has_sense(self, what: str) -> bool:
        return any(row[0] == what for row in self.senses)

    def meter_of(self, circuit: int) -> str:
        """Name of the chip that measures a circuit; empty if none does."""
        return next((row[0] for row in self.meters if circuit in row[4]), "")


def parts_of(name: str) -> Board:
    """The board `name`, wherever it lies. Raises UsageError."""
    return read_board(board_folder(name) / "board.py")


@cache
def read_board(path: Path) -> Board:
    """The board of a board.py. Raises UsageError with the line of what cannot be understood."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno or 1}: {error.msg}") from None
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise UsageError(f"{path}:{line}: not UTF-8", "Save it as UTF-8.") from None
    found: dict[str, object] = {}
    lines: dict[tuple[str, int], int] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = _value(value, found, path)
                lines |= {(name, at): line for at, line in enumerate(_row_lines(value, lines))}
                lines[name, -1] = statement.lineno
            case _ if not _says_nothing(statement):
                raise _refused(statement, path, "only NAME = value may stand here")
    missing = [name for name in ("NAME", *_ROWS) if name not in found]
    if missing:
        raise UsageError(f"{path}: has no {', '.join(missing)}", "docs/boards.md has the rows.")
    rows = (_rows(path, name, found[name]) for name in _ROWS)
    reset_reason = found.get("RESET_REASON")
    return Board(str(found["NAME"]), *rows, path=path, lines=lines, reset_reason=reset_reason)


def _says_nothing(statement: ast.stmt) -> bool:
    """The docstring, and where `const` comes from."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "micropython"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _row_lines(node: ast.expr, lines: dict[tuple[str, int], int]) -> list[int]:
    """Where each row of a tuple stands, the tuple itself or one named further up."""
    match node:
        case ast.Tuple(elts=rows):
            return [row.lineno for row in rows]
        case ast.Name(id=name):
            return [line for (of, place), line in lines.items() if of == name and place >= 0]
        case ast.Call(args=[inner]):
            return _row_lines(inner, lines)
    return []


def _value(node: ast.expr, names: dict[str, object], path: Path) -> object:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=elements):
            return tuple(_value(element, names, path) for element in elements)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Call(func=ast.Name(id="const"), args=[value], keywords=[]):
            return _value(value, names, path)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
    raise _refused(node, path, "expected a number, text, tuple, const() or a name from above")


def _rows(path: Path, name: str, value: object) -> tuple:
    if not isinstance(value, tuple) or not all(isinstance(row, tuple) and row for row in value):
        hint = "One row needs a comma behind it: ((…),)."
        raise UsageError(f"{path}: {name}: expected a tuple of rows", hint)
    return value


def _refused(node: ast.stmt | ast.expr, path: Path, why: str) -> UsageError:
    return UsageError(f"{path}:{node.lineno}: {why}", "The file is read without being run.")
