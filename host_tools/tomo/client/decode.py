"""Bytes of a property as a value with a name and a unit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from reporting.meter_points import ENERGY_UNIT
from tomo.client.classes import CLASSES, COMMON, NAMES
from wire.echonet_format import Group, Number, Repeat


class Value(NamedTuple):
    """One property. `value` is a number, a text, a list or a dict of those; None if the node
    refused it or `problem` says why the bytes make no sense. `unit` is a dict where the members
    of a dict differ in unit."""

    eoj: int
    epc: int
    name: str
    value: Any
    unit: Any
    raw: bytes
    problem: str = ""


def class_name(eoj: int) -> str:
    return NAMES.get(eoj >> 8, f"class {eoj >> 8:04X}")


def property_name(eoj: int, epc: int) -> str:
    row = CLASSES.get(eoj >> 8, COMMON).get(epc)
    return row[0] if row else f"property {epc:02X}"


def decode(eoj: int, epc: int, raw: bytes | None, others: Mapping[int, bytes | None]) -> Value:
    """The value of one property. `others` are known properties of the same object, of which
    units and coefficients are taken (14.2: real energy is raw × D3 × D4)."""
    name = property_name(eoj, epc)
    if raw is None:
        return Value(eoj, epc, name, None, "", b"", "refused")
    row = CLASSES.get(eoj >> 8, COMMON).get(epc)
    if row is None:
        return Value(eoj, epc, name, raw.hex().upper(), "", raw)
    form = row[1]
    try:
        value, unit = _scaled(form, form.unpack(raw), others)
    except ValueError as error:
        return Value(eoj, epc, name, None, "", raw, str(error))
    return Value(eoj, epc, name, value, unit, raw)


def decode_all(eoj: int, values: Mapping[int, bytes | None]) -> list[Value]:
    """All values read of one object, in the order of their codes."""
    return [decode(eoj, epc, values[epc], values) for epc in sorted(values)]


def _scaled(form: Any, value: Any, others: Mapping[int, bytes | None]) -> tuple[Any, Any]:
    """(value in its unit, unit). A group whose members differ in unit has a dict of units."""
    if isinstance(form, Group):
        members = {label: _scaled(part, value[label], others) for label, part in form.parts}
        units = {label: unit for label, (_, unit) in members.items()}
        shown = {label: member for label, (member, _) in members.items()}
        same = all(unit == units[form.parts[0][0]] for unit in units.values())
        return shown, units[form.parts[0][0]] if same else units
    if isinstance(form, Repeat):
        pairs = [_scaled(form.part, each, others) for each in value]
        return [each for each, _ in pairs], pairs[0][1] if pairs else form.unit
    if not isinstance(form, Number):
        return value, form.unit
    factor = _factor(form, others)
    if factor is None:
        return value, "counts"
    if isinstance(value, str):
        return value, form.unit
    number = value * factor
    return (int(number) if number == int(number) else float(number)), form.unit


def _factor(form: Number, others: Mapping[int, bytes | None]) -> Decimal | None:
    """What one count is worth; None if the unit is not known.

    A coefficient that the node does not have is 1; a unit of energy it must have.
    """
    factor = Decimal(1).scaleb(-form.decimals)
    for epc in form.scaled_by:
        raw = others.get(epc)
        if epc in (0xC2, 0xD4):
            if raw is None:
                return None
            factor *= Decimal(ENERGY_UNIT.unpack(raw).split()[0])
        elif raw:
            factor *= int.from_bytes(raw, "big")
    return factor
