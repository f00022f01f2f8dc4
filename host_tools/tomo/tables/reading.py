"""A file of tables, read against what is declared of them: its values, or every mistake in it."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tomo.checkout import boards
from tomo.guess import meant
from tomo.tables.keys import REQUIRED, Key, Table
from tomo.tables.kinds import NotThat, convert
from tomo.tables.locate import Path as KeyPath
from tomo.tables.locate import Problem, first_double, line_of, locate, words

# What the parser says of a key and of a table that is there already. The place it gives is where
# the value ends, and the words leave out the key.
_TWICE = ("Cannot overwrite a value", "Cannot declare")
_PLACE = re.compile(r" \(at line (\d+), column \d+\)")
# Stand for a value that is missing or wrong, so that the rest can be looked at all the same.
_NO_VALUE = {"integer": 0, "number": 0.0, "clock": 0, "texts": ()}


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and where. line: 0 if it is the file as a whole; key: empty if none."""

    file: Path
    line: int
    key: str
    what: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return ": ".join(filter(None, (where, self.key, self.what)))


class NoTables(Exception):
    """The file holds no tables that could be looked at."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        self.mistake = Mistake(file, line, "", what)
        super().__init__(str(self.mistake))


def read_tables(path: Path) -> tuple[str, dict]:
    """The file's text, and what it says. Raises NoTables."""
    text = _text(path)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from None


def located(path: Path, text: str, problems: list[Problem]) -> list[Mistake]:
    """Each problem with the line of the key that is to blame, in the order of these."""
    lines = locate(text)
    places = sorted((line_of(lines, where), words(where), what) for where, what in problems)
    return [Mistake(path, line, name, what) for line, name, what in places]


def values_of(table: Table, raw: dict, at: KeyPath, problems: list[Problem]) -> dict:
    """The table's values with defaults filled in; what is wrong is added to `problems`.

    Where a value is missing or wrong stands its default, or nothing of its kind: "", 0, ().
    """
    values: dict[str, object] = {}
    of_kind = table.of_kind(raw.get("kind"))
    _strange(table, of_kind, raw, at, problems)
    for key in (*table.keys, *of_kind):
        values[key.name] = _absent(key)
        if key.name not in raw:
            if key.default is REQUIRED:
                needs = f"{raw['kind']} needs {key.name}" if key in of_kind else ""
                problems.append((at, needs or f"{key.name} is missing"))
            continue
        try:
            values[key.name] = convert(key, raw[key.name])
        except NotThat as expected:
            problems.append(((*at, key.name), _unexpected(key, raw[key.name], expected)))
    for name, inner in table.tables.items():
        values[name] = _single(inner, raw, name, at, problems)
    for name, inner in table.arrays.items():
        values[name] = _array(inner, raw.get(name, []), (*at, name), problems)
    return values


def guess(name: str, known: Sequence[str]) -> str:
    """The question that a message ends with; empty if nothing known is near."""
    near = meant(name, known)
    return f"; did you mean {near}?" if near else ""


def _text(path: Path) -> str:
    """What the file says, without the mark that some editors put first."""
    if path.exists() and not path.is_file():
        raise NoTables(path, 0, "is not a file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NoTables(path, 0, f"cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise NoTables(path, line, f"not a TOML file: {error.reason} in UTF-8") from None


def _not_toml(path: Path, text: str, error: str) -> NoTables:
    """The parser's words, with its place put first; at the end of the file it names none."""
    if error.startswith(_TWICE) and (double := first_double(text)):
        where, first, second = double
        return NoTables(path, second, f"{words(where)} stands there twice, first on line {first}")
    found = _PLACE.search(error)
    line = int(found[1]) if found else max(1, text.rstrip().count("\n") + 1)
    return NoTables(path, line, f"not a TOML file: {_PLACE.sub('', error)}")


def _absent(key: Key) -> object:
    return _NO_VALUE.get(key.kind, "") if key.default is REQUIRED else key.default


def _unexpected(key: Key, value: object, expected: NotThat) -> str:
    if key.kind == "never":
        return str(expected)  # what must not be written is not told on, either
    known = boards() if key.kind == "board" else [str(choice) for choice in key.choices]
    return f"expected {expected}, got {value!r}{guess(str(value), known)}"


def _strange(
    table: Table, of_kind: tuple[Key, ...], raw: dict, at: KeyPath, problems: list[Problem]
) -> None:
    """Keys that do not stand in this table, or in none of this kind."""
    others = {key.name for keys in table.by_kind.values() for key in keys}
    others -= {key.name for key in (*table.keys, *of_kind)}
    known = str(raw.get("kind")) in table.by_kind
    for name in raw:
        if name not in table.names():
            problems.append(((*at, name), "unknown key" + _nearest(name, table)))
        elif name in others and known:
            problems.append(((*at, name), f"means nothing for {raw['kind']}"))


def _nearest(name: str, table: Table) -> str:
    never = {key.name for key in table.keys if key.kind == "never"}
    known = [one for one in table.names() if one not in never]
    return guess(name, known) or "; known: " + ", ".join(known)


def _single(
    table: Table, raw: dict, name: str, at: KeyPath, problems: list[Problem]
) -> dict | None:
    if isinstance(raw.get(name), dict):
        return values_of(table, raw[name], (*at, name), problems)
    if name in raw:
        problems.append(((*at, name), f"expected a table, got {raw[name]!r}"))
    elif table.required:
        problems.append((at, f"{name} is missing"))
    elif not table.keys:
        return None
    return values_of(table, {}, (*at, name), [])


def _array(table: Table, raw: object, at: KeyPath, problems: list[Problem]) -> list[dict]:
    if not isinstance(raw, list) or not all(isinstance(member, dict) for member in raw):
        problems.append((at, f"expected [[{'.'.join(str(part) for part in at)}]] tables"))
        return []
    return [values_of(table, one, (*at, number), problems) for number, one in enumerate(raw)]
