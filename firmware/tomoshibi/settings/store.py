"""A node's settings: read from their two copies in flash, checked, changed one at a time.

A value that is missing is its default; one that is refused is replaced by it, and told: a node in
the field runs with one wrong setting rather than not at all. Keys that this firmware does not know
are kept: a newer version may have written them.
"""

import json
from typing import TYPE_CHECKING

from tomoshibi.core.refusals import SettingRefused
from tomoshibi.core.secret import Secret
from tomoshibi.settings.check import allowed, fits, row_of
from tomoshibi.settings.copies import LOST, Copies
from tomoshibi.settings.declared import (
    ADDRESS,
    AFTER_RESTART,
    APPLIES,
    DEFAULT,
    HEX,
    KIND,
    LOAD_SETTINGS,
    NAME,
    PLACE,
    SECRET,
    SETTINGS,
    TEXT,
)
from tomoshibi.wire import copies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.flash import Flash, Window

LOADS = "loads"
PLACES = PLACE[NAME]
_LOADS_MOST = 16


class Settings:
    """`values[name]` for each declared setting; `loads` a dict per load; `places` {object: bytes}.

    `refused` holds a SettingRefused for every value that was not taken.
    """

    def __init__(self, document: object) -> None:
        self.refused: list[SettingRefused] = []
        if not isinstance(document, dict):
            self.refused.append(SettingRefused("settings", None, "a JSON object"))
            document = {}
        self.values = self._checked(SETTINGS, document, "")
        for key in document:
            if key not in (LOADS, PLACES) and key not in self.values:
                self.refused.append(SettingRefused(key, None, "a declared setting"))
        self.loads = self._loads(document.get(LOADS, []))
        self.places = self._places(document.get(PLACES, {}))

    def __getitem__(self, name: str):
        return self.values[name]

    def _loads(self, rows: object) -> list[dict]:
        if not isinstance(rows, list):
            self.refused.append(SettingRefused(LOADS, None, "a list"))
            return []
        loads = []
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                self.refused.append(SettingRefused("loads.%d" % number, None, "an object"))
                row = {}
            loads.append(self._checked(LOAD_SETTINGS, row, "loads.%d." % number))
        return loads

    def _places(self, entries: object) -> dict[int, bytes]:
        """Locations are not worth a refusal to start: what makes no sense counts as absent."""
        if not isinstance(entries, dict):
            self.refused.append(SettingRefused(PLACES, None, "a JSON object"))
            return {}
        places = {}
        for name, value in entries.items():
            key = PLACES + "." + name
            if row_of(key) is None:
                self.refused.append(SettingRefused(key, None, "a declared setting"))
            elif not fits(PLACE, value):
                self.refused.append(_refusal(PLACE, key, value))
            else:
                places[int(name, 16)] = bytes.fromhex(value)
        return places

    def _checked(self, declared: Sequence[tuple], document: dict, where: str) -> dict:
        values = {}
        for row in declared:
            name, default = row[NAME], row[DEFAULT]
            value = document.get(name, default)
            if not fits(row, value):
                self.refused.append(_refusal(row, where + name, value))
                value = default
            values[name] = _typed(row, value)
        return values


class Store:
    """The settings partition. `lost` says that copies were there and neither could be read."""

    def __init__(self, flash: Flash, window: Window | None = None) -> None:
        self.copies = Copies(flash, copies.SETTINGS, window)
        self.lost = self.copies.state == LOST

    def document(self) -> dict:
        """All that is stored, unknown keys and secrets included."""
        return self.copies.read()

    def load(self) -> Settings:
        """The checked settings; all defaults where nothing is stored or it cannot be read."""
        return Settings(self.document())

    def change(self, key: str, value: object) -> bool:
        """Set one key, such as "line_hz" or "loads.2.tier"; True if it takes a restart.

        Raises SettingRefused, and then nothing changed: the range is in it.
        """
        return self.change_all([[key, value]])

    def change_all(self, pairs: Sequence[Sequence]) -> bool:
        """Set many [key, value] in one write, in their order; else as `change`."""
        document = self.document()
        restart = False
        for key, value in pairs:
            if not isinstance(document, dict):
                raise SettingRefused(key, None, "nothing before `defaults`")
            row = _declared(key)
            if not fits(row, value):
                raise _refusal(row, key, value)
            target, name = _place(document, key)
            target[name] = value
            restart = restart or row[APPLIES] == AFTER_RESTART
        self._write(document)
        return restart

    def replace_places(self, places: dict[int, bytes]) -> None:
        """Store installation locations, as settings.places has them."""
        document = self.document()
        document[PLACES] = {
            "%06X" % eoj: "".join("%02X" % byte for byte in place) for eoj, place in places.items()
        }
        self._write(document)

    def reset(self) -> None:
        """Back to factory defaults, in both copies. Identity and calibration lie elsewhere."""
        self._write({})

    def _write(self, document: dict) -> None:
        self.copies.write(document)
        self.lost = False


def _typed(row: tuple, value: object):
    """A value as it is handed on: a secret cannot be printed from here on."""
    if row[KIND] == SECRET:
        return Secret(str(value))
    return value


def _refusal(row: tuple, key: str, value: object) -> SettingRefused:
    return SettingRefused(key, None if row[KIND] == SECRET else value, allowed(row))


def typed(key: str, text: str) -> object:
    """What was typed for `key`: JSON, but a text may come without its quotes, such as 12345678.

    Raises SettingRefused if nobody declared it.
    """
    kind = _declared(key)[KIND]
    if kind in (TEXT, SECRET, HEX, ADDRESS) and not text.startswith('"'):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def typed_pairs(text: str) -> list:
    """[[key, value], …] of what was typed: `KEY VALUE`, or many as JSON. Raises ValueError."""
    if not text.startswith("["):
        key, _, value = text.partition(" ")
        return [[key, typed(key, value)]]
    pairs = json.loads(text)
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise ValueError("not [[KEY, VALUE], ...]")
    if not pairs:
        raise ValueError("nothing to set")
    return pairs


def _declared(key: str) -> tuple:
    row = row_of(key)
    if row is None:
        raise SettingRefused(key, None, "a declared setting")
    return row


def _place(document: dict, key: str) -> tuple[dict, str]:
    """Where in `document` a declared key is."""
    if key.startswith("places."):
        if not isinstance(document.get(PLACES), dict):
            document[PLACES] = {}
        return document[PLACES], key[7:]
    if not key.startswith("loads."):
        return document, key
    _, number, name = key.split(".")
    return _load(document, key, number), name


def _load(document: dict, key: str, number: str) -> dict:
    """The row of load `number`, made if it is the next one."""
    rows = document.setdefault(LOADS, [])
    most = min(len(rows), _LOADS_MOST - 1) if isinstance(rows, list) else -1
    if not number.isdigit() or int(number) > most:
        raise SettingRefused(key, None, "loads.0. to loads.%d." % most)
    if int(number) == len(rows):
        rows.append({})
    if not isinstance(rows[int(number)], dict):
        rows[int(number)] = {}
    return rows[int(number)]
