"""Reads the node's settings file, checks each value against its declaration, keeps the rest.

A value that is missing is its default; one that is refused is replaced by it, and told: a node in
the field runs with one wrong setting rather than not at all.
"""

import json
from micropython import const
from os import stat
from typing import TYPE_CHECKING

from core.errors import SettingRefused
from settings.declared import CHOICE, INTEGER, LOAD_SETTINGS, SECRET, SETTINGS, TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "settings.json"
# A file much larger than all settings together is none, and would fill the heap.
_LARGEST = const(16_384)


class Settings:
    """`values[name]` for each declared setting; `loads` a dict per load.

    `refused` holds a SettingRefused for every value that was not taken.
    """

    def __init__(self, document: object) -> None:
        self.refused: list[SettingRefused] = []
        if not isinstance(document, dict):
            self.refused.append(SettingRefused(FILE, None, "a JSON object"))
            document = {}
        self.values = self._checked(SETTINGS, document, "")
        for key in document:
            if key != "loads" and key not in self.values:
                self.refused.append(SettingRefused(key, None, "a declared setting"))
        self.loads = self._loads(document.get("loads", []))

    def __getitem__(self, name: str):
        return self.values[name]

    def _loads(self, rows: object) -> list[dict]:
        if not isinstance(rows, list):
            self.refused.append(SettingRefused("loads", None, "a list"))
            return []
        loads = []
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                self.refused.append(SettingRefused("loads.%d" % number, None, "an object"))
                row = {}
            loads.append(self._checked(LOAD_SETTINGS, row, "loads.%d." % number))
        return loads

    def _checked(self, declared: Sequence[tuple], document: dict, where: str) -> dict:
        values = {}
        for name, kind, least, most, unit, default, _text in declared:
            value = document.get(name, default)
            if value != default and not _fits(value, kind, least, most):
                allowed = _allowed(kind, least, most, unit)
                shown = None if kind == SECRET else value
                self.refused.append(SettingRefused(where + name, shown, allowed))
                value = default
            values[name] = int(value) if kind == INTEGER else value
        return values


def load(path: str = FILE) -> Settings:
    """Settings from `path`; all defaults, and a refusal, if it is missing or not JSON."""
    try:
        if stat(path)[6] > _LARGEST:
            raise ValueError
        with open(path) as file:
            return Settings(json.load(file))
    except OSError:
        settings = Settings({})
        settings.refused.append(SettingRefused(path, None, "a file that can be read"))
    except ValueError:
        settings = Settings({})
        settings.refused.append(SettingRefused(path, None, "JSON"))
    return settings


def _fits(value: object, kind: int, least: int, most) -> bool:
    if kind == CHOICE:
        return value in most
    if kind == TEXT or kind == SECRET:
        return isinstance(value, str) and least <= len(value) <= most
    return isinstance(value, int) and least <= value <= most


def _allowed(kind: int, least: int, most, unit: str) -> str:
    if kind == CHOICE:
        return (" or ".join(str(choice) for choice in most) + " " + unit).strip()
    return ("%d to %d %s" % (least, most, unit)).strip()
