"""A scenario file, read and checked: a `Scenario`, or every problem with its line."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from tomo.checkout import boards
from tomo.errors import UsageError
from tomo.guess import meant
from tomo.scenario import records
from tomo.scenario.check import advise, check
from tomo.scenario.keys import REQUIRED, Key, Table
from tomo.scenario.kinds import NotThat, convert
from tomo.scenario.locate import Path as KeyPath
from tomo.scenario.locate import first_double, line_of, locate, words
from tomo.scenario.schema import ROOT

# What the parser says of a key and of a table that is there already. The place it gives is where
# the value ends, and the words leave out the key.
_TWICE = ("Cannot overwrite a value", "Cannot declare")
_PLACE = re.compile(r" \(at line (\d+), column \d+\)")


class ScenarioError(UsageError):
    """The file is not a scenario; one line a problem, with file, line and what was expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), "Correct the file and run the command again.")
        self.problems = problems


def read(path: Path) -> records.Scenario:
    """The scenario in `path`. Raises ScenarioError with all problems found, BoardUnsound."""
    text = _text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_not_toml(path, text, str(error))]) from None
    problems: list[tuple[KeyPath, str]] = []
    values = _table(ROOT, raw, (), problems)
    scenario = None if problems else _records(path, values)
    if scenario:
        problems = check(scenario)
    if problems or scenario is None:
        raise ScenarioError(_told(path, text, problems))
    return replace(scenario, warnings=tuple(_told(path, text, advise(scenario))))


def _text(path: Path) -> str:
    """What the file says, without the mark that some editors put first."""
    if path.exists() and not path.is_file():
        raise ScenarioError([f"{path}: is not a file"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{path}: cannot be read: {error.strerror}"]) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise ScenarioError([f"{path}:{line}: not a TOML file: {error.reason} in UTF-8"]) from None


def _not_toml(path: Path, text: str, error: str) -> str:
    """The parser's words, with its place put first; at the end of the file it names none."""
    if error.startswith(_TWICE) and (double := first_double(text)):
        where, first, second = double
        return f"{path}:{second}: {words(where)} stands there twice, first on line {first}"
    found = _PLACE.search(error)
    line = int(found[1]) if found else max(1, text.rstrip().count("\n") + 1)
    return f"{path}:{line}: not a TOML file: {_PLACE.sub('', error)}"


def _told(path: Path, text: str, problems: list[tuple[KeyPath, str]]) -> list[str]:
    """Problems as file, line, key and what is wrong, in the order of their lines."""
    lines = locate(text)
    places = sorted((line_of(lines, where), words(where), what) for where, what in problems)
    return [f"{path}:{line}: {name}: {what}" for line, name, what in places]


def _table(table: Table, raw: dict, at: KeyPath, problems: list) -> dict:
    """The table's values with defaults filled in; what is wrong is added to `problems`."""
    values: dict[str, object] = {}
    of_kind = table.of_kind(raw.get("kind"))
    _strange(table, of_kind, raw, at, problems)
    for key in (*table.keys, *of_kind):
        if key.name not in raw:
            if key.default is REQUIRED:
                needs = f"{raw['kind']} needs {key.name}" if key in of_kind else ""
                problems.append((at, needs or f"{key.name} is missing"))
            values[key.name] = key.default
            continue
        try:
            values[key.name] = convert(key, raw[key.name])
        except NotThat as expected:
            got = f"got {raw[key.name]!r}{_meant(key, raw[key.name])}"
            problems.append(((*at, key.name), f"expected {expected}, {got}"))
    for name, inner in table.tables.items():
        values[name] = _single(inner, raw, name, at, problems)
    for name, inner in table.arrays.items():
        values[name] = _array(inner, raw.get(name, []), (*at, name), problems)
    return values


def _strange(
    table: Table, of_kind: tuple[Key, ...], raw: dict, at: KeyPath, problems: list
) -> None:
    """Keys that do not stand in this table, or in none of this kind."""
    others = {key.name for keys in table.by_kind.values() for key in keys}
    others -= {key.name for key in (*table.keys, *of_kind)}
    known = str(raw.get("kind")) in table.by_kind
    for name in raw:
        if name not in table.names():
            problems.append(((*at, name), "unknown key" + _nearest(name, table.names())))
        elif name in others and known:
            problems.append(((*at, name), f"means nothing for {raw['kind']}"))


def _single(table: Table, raw: dict, name: str, at: KeyPath, problems: list) -> dict | None:
    if name not in raw and not table.required:
        return None if not table.keys else _table(table, {}, (*at, name), [])
    if name not in raw:
        problems.append((at, f"{name} is missing"))
        return None
    if not isinstance(raw[name], dict):
        problems.append(((*at, name), f"expected a table, got {raw[name]!r}"))
        return None
    return _table(table, raw[name], (*at, name), problems)


def _array(table: Table, raw: object, at: KeyPath, problems: list) -> list[dict]:
    if not isinstance(raw, list) or not all(isinstance(member, dict) for member in raw):
        problems.append((at, f"expected [[{'.'.join(str(part) for part in at)}]] tables"))
        return []
    return [_table(table, member, (*at, number), problems) for number, member in enumerate(raw)]


def _nearest(name: str, known: list[str]) -> str:
    return _guess(name, known) or "; known: " + ", ".join(known)


def _meant(key: Key, value: object) -> str:
    known = boards() if key.kind == "board" else [str(choice) for choice in key.choices]
    return _guess(str(value), known)


def _guess(name: str, known: Sequence[str]) -> str:
    near = meant(name, known)
    return f"; did you mean {near}?" if near else ""


def _records(path: Path, values: dict) -> records.Scenario:
    pv = values["pv"]
    return records.Scenario(
        path=path,
        site=records.Site(**values["site"]),
        grid=records.Grid(**values["grid"]),
        inverter=records.Inverter(**values["inverter"]),
        battery=records.Battery(**values["battery"]),
        pv=records.Pv(records.Profile(**pv["profile"])) if pv else None,
        node=tuple(_node(node) for node in values["node"]),
        event=tuple(_event(event) for event in values["event"]),
        expect=tuple(records.Expect(**expect) for expect in values["expect"]),
    )


def _event(values: dict) -> records.Event:
    """What every event may have in fields of its own; the figures that its kind needs together."""
    own = {field.name for field in fields(records.Event)} & set(values)
    figures = {name: value for name, value in values.items() if name not in own}
    return records.Event(**{name: values[name] for name in own}, figures=figures)


def _load(values: dict) -> records.Load:
    """The settings of a load that nobody on the host minds stay together."""
    own = {field.name for field in fields(records.Load)} & set(values)
    settings = {name: value for name, value in values.items() if name not in own}
    profile = records.Profile(**values["profile"])
    known: dict[str, Any] = {name: values[name] for name in own} | {"profile": profile}
    return records.Load(**known, settings=settings)


def _node(values: dict) -> records.Node:
    loads = tuple(_load(load) for load in values["load"])
    lamps = tuple(records.Lamp(**lamp) for lamp in values["lamp"])
    settings = {name: value for name, value in values["settings"].items() if value is not None}
    return records.Node(values["name"], values["board"], values["ip"], settings, loads, lamps)
