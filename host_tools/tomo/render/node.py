"""Nodes and their properties as text for people and as JSON for programs."""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from rich.table import Table

from tomo.client.decode import Value, class_name


def json_line(fields: dict[str, Any]) -> str:
    """One JSON object in one line."""
    return json.dumps(fields, ensure_ascii=False)


def value_fields(ip: str, value: Value, raw: bool = False) -> dict[str, Any]:
    """A property as the fields of a JSON object."""
    fields: dict[str, Any] = {
        "ip": ip,
        "object": f"{value.eoj:06X}",
        "class": class_name(value.eoj),
        "epc": f"{value.epc:02X}",
        "name": value.name,
        "value": value.value,
        "unit": value.unit,
    }
    if value.problem:
        fields["problem"] = value.problem
    if raw:
        fields["raw"] = value.raw.hex().upper()
    return fields


def nodes_table(nodes: Iterable[dict[str, Any]]) -> Table:
    """Who answered, one line a node."""
    table = Table("address", "product", "serial", "maker", "objects")
    for node in nodes:
        table.add_row(
            node["ip"], node["product"], node["serial"], node["maker"], " ".join(node["objects"])
        )
    return table


def object_table(ip: str, eoj: int, values: Iterable[Value], raw: bool) -> Table:
    """One object of one node, one line a property."""
    table = Table(title=f"{ip}  {eoj:06X}  {class_name(eoj)}", title_justify="left")
    table.add_column("EPC")
    table.add_column("property")
    table.add_column("value", overflow="fold")
    if raw:
        table.add_column("bytes", overflow="fold")
    for value in values:
        cells = [f"{value.epc:02X}", value.name, text(value)]
        table.add_row(*cells, *([value.raw.hex(" ").upper()] if raw else []))
    return table


def text(value: Value) -> str:
    """The value with its unit."""
    return f"({value.problem})" if value.problem else _text(value.value, value.unit)


def change_line(clock: str, ip: str, value: Value, how: str) -> str:
    """One line of `tomo node watch`."""
    return f"{clock}  {ip}  {value.eoj:06X}  {value.name}: {text(value)}  ({how})"


def _text(value: Any, unit: Any) -> str:
    """Units stand behind numbers; a word such as "no data" needs none."""
    if isinstance(value, dict):
        parts = {
            label: _text(each, unit[label] if isinstance(unit, dict) else unit)
            for label, each in value.items()
        }
        return ", ".join(f"{label} {part}" for label, part in parts.items())
    if isinstance(value, list):
        texts = [_text(each, unit) for each in value]
        return _runs(texts) if len(texts) > 8 else ", ".join(texts)
    return f"{value} {unit}" if unit and isinstance(value, int | float) else str(value)


def _runs(texts: list[str]) -> str:
    """A long list with repetitions counted: 48 equal readings are one and a number."""
    runs = [(each, len(list(same))) for each, same in groupby(texts)]
    return ", ".join(each if n == 1 else f"{n} × {each}" for each, n in runs)
