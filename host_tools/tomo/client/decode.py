"""Bytes of a property as a value with a name and a unit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from tomo.client.classes import CLASSES, COMMON, NAMES
from tomoshibi.reporting.echonet_meters import ENERGY_UNIT
from tomoshibi.wire.echonet_format import DECIMALS, KIND, SCALED_BY, SIZES, field
from tomoshibi.wire.echonet_value import unit_of, unpack

_ENERGY_UNITS = {0xC2, 0xD4}


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
    return row[0] if row else f"property_{epc:02x}"


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
        value, unit = _scaled(form, unpack(form, raw), others)
    except ValueError as error:
        return Value(eoj, epc, name, None, "", raw, str(error))
    return Value(eoj, epc, name, value, unit, raw)


def decode_all(eoj: int, values: Mapping[int, bytes | None]) -> list[Value]:
    """All values read of one object, in the order of their codes."""
    return [decode(eoj, epc, values[epc], values) for epc in sorted(values)]


def _scaled(form: tuple, value: Any, others: Mapping[int, bytes | None]) -> tuple[Any, Any]:
    """(value in its unit, unit). A group whose members differ in unit has a dict of units."""
    if form[KIND] == "group":
        members = {label: _scaled(part, value[label], others) for label, part in form[1:]}
        units = {label: unit for label, (_, unit) in members.items()}
        shown = {label: member for label, (member, _) in members.items()}
        first = next(iter(units.values()))
        return shown, first if all(unit == first for unit in units.values()) else units
    if form[KIND] == "repeat":
        pairs = [_scaled(form[1], each, others) for each in value]
        return [each for each, _ in pairs], pairs[0][1] if pairs else unit_of(form)
    if form[KIND] not in SIZES:
        return value, ""
    factor = _factor(form, others)
    if factor is None:
        return value, "counts"
    if isinstance(value, str):
        return value, unit_of(form)
    number = value * factor
    return (int(number) if number == int(number) else float(number)), unit_of(form)


def _factor(form: tuple, others: Mapping[int, bytes | None]) -> Decimal | None:
    """What one count is worth; None if the unit is not known.

    A coefficient that the node does not have is 1; a unit of energy it must have, and that unit is
    in place of the format's decimals.
    """
    scaled_by = field(form, SCALED_BY, ())
    decimals = 0 if _ENERGY_UNITS & {*scaled_by} else field(form, DECIMALS, 0)
    factor = Decimal(1).scaleb(-decimals)
    for epc in scaled_by:
        raw = others.get(epc)
        if epc in _ENERGY_UNITS:
            if raw is None:
                return None
            factor *= Decimal(str(unpack(ENERGY_UNIT, raw)).split()[0])
        elif raw:
            factor *= int.from_bytes(raw, "big")
    return factor
