"""Settings of a node, wherever they are: in flash images the host writes, on a console the node.

What may stand there is declared in the firmware's `settings.declared` and checked by its own
`settings.check`, before anything is written.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tomo.errors import HostError, NodeWrong, UsageError
from tomo.files import reading
from tomo.image import documents
from tomo.jobs.targets import FileTarget, SerialTarget, Target
from tomo.transport.console import Refused
from tomo.transport.desk_node import lock_folder
from tomoshibi.settings.check import allowed, problem, row_of
from tomoshibi.settings.declared import (
    APPLIES,
    CHOICE,
    DEFAULT,
    INTEGER,
    KIND,
    LOAD_SETTINGS,
    MOST,
    NAME,
    PLACE,
    SECRET,
    SETTINGS,
    UNIT,
    WHO,
    WORDS,
)

_LOADS = "loads"
_PLACES = PLACE[NAME]
_LOADS_MOST = 16
_LONGEST_LINE = 1_800  # bytes of settings in one command; a node takes 2048 in all
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,12}")
_ROWS = {row[NAME]: row for row in SETTINGS}
_LOAD_ROWS = {row[NAME]: row for row in LOAD_SETTINGS}


@dataclass(frozen=True)
class Declared:
    """One row of the firmware's table, the range in words; for loads NUMBER stands in the key.

    applies   when a change does what it says; who may change it
    """

    key: str
    kind: str
    unit: str
    allowed: str
    default: object
    applies: str
    who: str
    words: str


@dataclass(frozen=True)
class Setting(Declared):
    """What a declared setting is set to; value is None for a secret."""

    value: object
    given: bool
    trouble: str = ""


class Refusal(HostError):
    """A value that may not be; nothing was written."""


def read_document(target: Target) -> dict:
    """All that is stored; empty where nothing is. Raises HostError if it cannot be read."""
    if isinstance(target, SerialTarget):
        document = target.settings()
        if document is None:
            raise NodeWrong(f"{target.source.where} tells no settings")
        return document
    found = documents.read(target.image.partition("settings"), documents.KINDS["settings"])
    document = found.document()
    if document is None and not found.blank:
        raise HostError(
            f"{target.path}: the settings are lost, neither copy is whole",
            "`tomo settings defaults` or `import` writes new ones.",
        )
    return document or {}


def declared() -> Iterator[Declared]:
    """Every setting there is."""
    for row in SETTINGS:
        yield Declared(**_fields(row, ""))
    for row in LOAD_SETTINGS:
        yield Declared(**_fields(row, f"{_LOADS}.NUMBER."))
    yield Declared(**_fields(PLACE, "") | {"key": f"{_PLACES}.OBJECT"})


def settings_of(document: dict) -> Iterator[Setting]:
    """Every declared setting with its value in `document`, loads and places one by one."""
    for row in SETTINGS:
        yield _setting(row, document, "")
    for number, load in enumerate(_loads(document)):
        for row in LOAD_SETTINGS:
            yield _setting(row, load if isinstance(load, dict) else {}, f"{_LOADS}.{number}.")
    for name, value in _places(document).items():
        if row_of(key := f"{_PLACES}.{name}"):
            place = _setting(PLACE, {_PLACES: value}, "")
            yield replace(place, key=key)


def get_value(document: dict, key: str) -> Setting:
    """One declared setting, with its value in `document` or its default. Raises UsageError."""
    row, (where, _, name) = _row(key), key.rpartition(".")
    if not where:
        return _setting(row, document, "")
    what, _, number = where.partition(".")
    if what == _PLACES:
        places = _places(document)
        found = _setting(PLACE, {_PLACES: places[name]} if name in places else {}, "")
        return replace(found, key=key)
    load = _object(_loads(document), int(number))
    return _setting(row, load, f"{where}.")


def without_secrets(document: dict) -> tuple[dict, list[str]]:
    """The document with the secrets left out, and their names."""
    secrets = [name for name in document if name in _ROWS and _ROWS[name][KIND] == SECRET]
    return {name: value for name, value in document.items() if name not in secrets}, secrets


def parse_file(path: Path) -> dict:
    """The JSON object in a file. Raises HostError."""
    with reading(path):
        text = path.read_bytes()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HostError(f"{path} is not JSON: {error}", "`settings export` writes one.") from None
    if not isinstance(document, dict):
        raise HostError(f"{path} holds no JSON object", "`settings export` writes one.")
    return document


def unknown_keys(document: dict) -> list[str]:
    """Keys that are not declared: perhaps of a newer firmware."""
    known = {*_ROWS, _LOADS, _PLACES}
    unknown = [str(key) for key in document if key not in known]
    places = [f"{_PLACES}.{name}" for name in _places(document)]
    unknown += [key for key in places if not row_of(key)]
    for number, load in enumerate(_loads(document)):
        if isinstance(load, dict):
            unknown += [f"{_LOADS}.{number}.{key}" for key in load if key not in _LOAD_ROWS]
    return unknown


def need_good(document: dict) -> None:
    """Raise Refusal, naming every key that has a value it may not have."""
    problems = [
        f"{setting.key} may be {setting.allowed}, not {_shown(setting)}"
        for setting in settings_of(document)
        if setting.trouble
    ]
    if not isinstance(document.get(_PLACES, {}), dict):
        problems.append("places must be an object")
    loads = document.get(_LOADS, [])
    if not isinstance(loads, list):
        problems.append("loads must be a list")
    elif len(loads) > _LOADS_MOST:
        problems.append(f"loads may be {_LOADS_MOST} at most, not {len(loads)}")
    else:
        odd = [number for number, load in enumerate(loads) if not isinstance(load, dict)]
        problems += [f"loads.{number} must be an object" for number in odd]
    if problems:
        raise Refusal("; ".join(problems) + ": nothing was written")


def import_document(target: Target, document: dict) -> bool:
    """Set what `document` holds; what it does not hold stays. Whether it takes a restart.

    Raises Refusal before any write.
    """
    need_good(document)
    if isinstance(target, SerialTarget):
        return set_on_console(target, list(flat(document)))
    stored = _stored_or_empty(target)
    _write(target, merged(stored, document))
    return True


def set_value(target: Target, key: str, text: str) -> bool:
    """Set one key from what was typed; whether it takes a restart. Raises Refusal, UsageError."""
    row = _row(key)
    value = _parsed(row, text)
    if problem(row, value):
        shown = "that" if row[KIND] == SECRET else repr(value)
        raise Refusal(f"{key} may be {allowed(row)}, not {shown}: nothing was written")
    if isinstance(target, SerialTarget):
        return set_on_console(target, [(key, value)])
    _write(target, _with(read_document(target), key, value))
    return True


def reset(target: Target) -> None:
    """Back to factory defaults. Identity and calibration lie elsewhere, and stay."""
    if isinstance(target, SerialTarget):
        target.console.ask("defaults", "defaults")
    else:
        _write(target, {})


def merged(stored: dict, document: dict) -> dict:
    """`stored` with what `document` holds in its place; loads and places key by key."""
    result = stored | document
    if _PLACES in document:
        result[_PLACES] = _places(stored) | _places(document)
    if _LOADS in document:
        old, new = _loads(stored), _loads(document)
        result[_LOADS] = [
            _object(old, number) | _object(new, number) for number in range(max(len(old), len(new)))
        ]
    return result


def _write(target: FileTarget, document: dict) -> None:
    """Write a document where no node runs that would not know of it."""
    with ExitStack() as stack:
        if target.folder:
            stack.enter_context(lock_folder(target.folder))
        documents.write(target.path, target.image, "settings", document)


def _stored_or_empty(target: FileTarget) -> dict:
    """What is stored; nothing where it is lost, as then there is nothing to keep."""
    return target.settings() or {}


def set_on_console(target: SerialTarget, pairs: list[tuple[str, object]]) -> bool:
    """Set many keys of a running node, as few writes to its flash as its lines are long; whether
    it takes a restart. Raises Refusal.
    """
    restarts = [_set_line(target, line) for line in _lines(pairs)]
    return any(restarts)


def _lines(pairs: list[tuple[str, object]]) -> Iterator[str]:
    """JSON of them, each no longer than a node takes."""
    told: list[str] = []
    for pair in pairs:
        text = json.dumps(pair, ensure_ascii=False, separators=(",", ":"))
        if told and len(",".join([*told, text]).encode()) > _LONGEST_LINE:
            yield f"[{','.join(told)}]"
            told = []
        told.append(text)
    if told:
        yield f"[{','.join(told)}]"


def _set_line(target: SerialTarget, line: str) -> bool:
    try:
        return bool(target.console.ask(f"set {line}", "set").get("reboot"))
    except Refused as refused:
        if "allowed" not in refused.fields:
            raise
        key, may = refused.fields.get("refused"), refused.fields["allowed"]
        raise Refusal(f"the node refuses {key}: it may be {may}") from None


def _setting(row: tuple, values: dict, where: str) -> Setting:
    name, secret = row[NAME], row[KIND] == SECRET
    value = values.get(name, row[DEFAULT])
    trouble = problem(row, value) or ""
    return Setting(
        **_fields(row, where),
        value=None if secret else value,
        given=name in values and (trouble != "" or value != row[DEFAULT]),
        trouble=trouble,
    )


def _fields(row: tuple, where: str) -> dict[str, Any]:
    return {
        "key": where + row[NAME],
        "kind": row[KIND],
        "unit": row[UNIT],
        "allowed": allowed(row),
        "default": row[DEFAULT],
        "applies": row[APPLIES],
        "who": row[WHO],
        "words": row[WORDS],
    }


def _shown(setting: Setting) -> str:
    return "what it is" if setting.value is None else repr(setting.value)


def _row(key: str) -> tuple:
    """The row that declares a key such as `line_hz` or `loads.2.tier`."""
    row = row_of(key)
    number = key.split(".")[1] if key.startswith(f"{_LOADS}.") else "0"
    if row and re.fullmatch(r"\d{1,2}", number) and int(number) < _LOADS_MOST:
        return row
    raise UsageError(
        f"no setting {key!r}",
        f"Settings: {', '.join(_ROWS)}; of loads: loads.0.NAME to loads.{_LOADS_MOST - 1}.NAME "
        f"with {', '.join(_LOAD_ROWS)}; {_PLACES}.OBJECT, such as {_PLACES}.028D01",
    )


def _parsed(row: tuple, text: str) -> object:
    """What was typed as the kind of value that the setting has; as typed if it is none."""
    if row[KIND] == INTEGER:
        return int(text) if _WHOLE_NUMBER.fullmatch(text) else text
    if row[KIND] == CHOICE:
        return next((choice for choice in row[MOST] if str(choice) == text), text)
    return text


def _with(document: dict, key: str, value: object) -> dict:
    """`document` with one more key. A load may be the next one, and no later one."""
    if key in _ROWS:
        return document | {key: value}
    if key.startswith(f"{_PLACES}."):
        return document | {_PLACES: _places(document) | {key.removeprefix(f"{_PLACES}."): value}}
    _, number, name = key.split(".")
    loads = [_object(_loads(document), place) for place in range(len(_loads(document)))]
    if int(number) > len(loads):
        have = f"there are {len(loads)} loads, counted from 0"
        raise Refusal(f"no loads.{number}: {have}", "Set those before it first.")
    if int(number) == len(loads):
        loads.append({})
    loads[int(number)] |= {name: value}
    return document | {_LOADS: loads}


def _loads(document: dict) -> list:
    loads = document.get(_LOADS, [])
    return loads if isinstance(loads, list) else []


def _places(document: dict) -> dict:
    places = document.get(_PLACES, {})
    return places if isinstance(places, dict) else {}


def _object(loads: list, number: int) -> dict:
    load = loads[number] if number < len(loads) else {}
    return dict(load) if isinstance(load, dict) else {}


def flat(document: dict) -> Iterator[tuple[str, object]]:
    """Declared keys such as `loads.2.tier` and their values, one by one."""
    for key, value in document.items():
        if key in _ROWS:
            yield key, value
    for number, load in enumerate(_loads(document)):
        for name, value in load.items():
            if name in _LOAD_ROWS:
                yield f"{_LOADS}.{number}.{name}", value
    for name, value in _places(document).items():
        if row_of(f"{_PLACES}.{name}"):
            yield f"{_PLACES}.{name}", value
