"""Settings as a table for people and as rows for programs."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text

from tomo.jobs.stored_settings import Declared, Setting

SECRET = "(secret)"


def setting_fields(setting: Setting) -> dict[str, Any]:
    fields = {
        "key": setting.key,
        "value": setting.value,
        "unit": setting.unit,
        "allowed": setting.allowed,
        "default": setting.default,
        "given": setting.given,
        "applies": setting.applies,
        "who": setting.who,
        "text": setting.words,
    }
    return fields | ({"problem": f"not {setting.trouble}"} if setting.trouble else {})


def declared_fields(one: Declared) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "allowed": one.allowed,
        "unit": one.unit,
        "default": one.default,
        "applies": one.applies,
        "who": one.who,
        "text": one.words,
    }


def declared_table(rows: Iterable[Declared]) -> Table:
    table = Table(title="settings", title_justify="left")
    table.add_column("setting", no_wrap=True)
    for heading in ("allowed", "default", "applies", "who", "what it does"):
        table.add_column(heading, overflow="fold")
    for one in rows:
        default = words(one.default, one.unit)
        table.add_row(one.key, *map(Text, (one.allowed, default, one.applies, one.who, one.words)))
    return table


def settings_table(where: str, settings: Iterable[Setting]) -> Table:
    table = Table(title=f"{where}  settings", title_justify="left")
    table.add_column("setting", no_wrap=True)
    for heading in ("value", "allowed", "default", "applies", "what it does"):
        table.add_column(heading, overflow="fold")
    for setting in settings:
        style = "red" if setting.trouble else "bold" if setting.given else ""
        table.add_row(
            setting.key,
            Text(_value(setting), style),
            Text(setting.allowed),
            Text(words(setting.default, setting.unit)),
            setting.applies,
            Text(setting.words),
        )
    return table


def _value(setting: Setting) -> str:
    if setting.value is None:
        return SECRET if setting.given else "none"
    shown = words(setting.value, setting.unit)
    return f"{shown}: refused, the default counts" if setting.trouble else shown


def words(value: object, unit: str) -> str:
    """A value as people are told it."""
    if isinstance(value, str):
        return value or "none"
    return f"{value} {unit}".strip()
