"""What a node keeps in flash, as tables for people and as rows for programs."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from tomo.image import demand, history
from tomo.image.events import LINKED, WHOLE, Event, Log
from tomo.image.history import Day
from tomo.image.registers import Registers, Value
from tomo.jobs.verify_flash import FINE, NOTE, WRONG, Finding
from tomoshibi.wire import events, register_names
from tomoshibi.wire import registers as numbering

NODES = {
    numbering.BRANCHES: "sub-meter",
    numbering.LAMP: "streetlight",
    numbering.BRANCHES + numbering.LAMP: "sub-meter with a lamp",
}
QUALITIES = ("never set", "held", "synchronised")
_MJ_PER_WH = 3_600_000
_UNKNOWN_DAY = 0xFFFF
_DAY_S = 86_400
_NOT_MEASURED = 0xFFFF
_STYLES = {FINE: "green", NOTE: "cyan", WRONG: "red"}
_STARTED = events.named(events.KINDS, "BOOT")[events.NUMBER]
_BEGIN = datetime(2000, 1, 1)

Row = dict[str, Any]


def csv_text(rows: Iterable[Row]) -> str:
    """Rows with a line of names above them; nothing for no rows."""
    rows = list(rows)
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


# Registers


def node_fields(found: Registers) -> Row:
    """What node it is, and how full its ring."""
    return {
        "node": NODES.get(found.kind, f"unknown kind {found.kind}"),
        "branches": found.branches,
        "sectors_used": found.sectors_used,
        "sectors": found.sectors,
        "record": found.record,
    }


def register_rows(found: Registers) -> Iterator[Row]:
    """One row a register; one never saved has no value."""
    for number in found.numbers:
        value = found.values.get(number)
        energy = number >= numbering.ENERGY
        yield {
            "number": number,
            "register": register_names.name(number),
            "value": value.whole if value else None,
            "unit": register_names.unit(number),
            "rest_mj": value.rest if value and energy else None,
            "exact": exact(value) if value and energy else None,
            "state": state_words(number, value.whole) if value else "",
        }


def registers_table(where: str, found: Registers) -> Table:
    about = node_fields(found)
    table = Table(
        title=f"{where}  {about['node']}, {found.branches} branches, record {found.record}, "
        f"{found.sectors_used} of {found.sectors} sectors in use",
        title_justify="left",
    )
    table.add_column("register")
    table.add_column("value", justify="right")
    table.add_column("whole and rest", justify="right")
    table.add_column("")
    for row in register_rows(found):
        unit = row["unit"]
        if row["value"] is None:
            table.add_row(row["register"], "no value", "", "")
        elif row["exact"] is None:
            table.add_row(row["register"], f"{row['value']} {unit}".strip(), "", row["state"])
        else:
            rest_unit = "mJ" if unit == "Wh" else "mvar s"
            parts = f"{row['value']} {unit} + {row['rest_mj']} {rest_unit}"
            table.add_row(row["register"], f"{row['exact']} {unit}", parts, "")
    return table


def exact(value: Value) -> str:
    """Wh with as many decimals as tell each mJ from the next, cut off, never rounded up.

    1 mJ is 2.8e-7 Wh, so seven decimals are enough.
    """
    units = value.whole * 10**7 + value.rest * 10**7 // _MJ_PER_WH
    whole, decimals = divmod(units, 10**7)
    return f"{whole}.{decimals:07}"


def state_words(number: int, whole: int) -> str:
    """Bits of load and lamp states in words; empty for what is no state."""
    if numbering.LOAD_STATE <= number < numbering.RELAY_MOVES:
        words = ["not wanted" if whole & numbering.NOT_WANTED else "wanted"]
        words += ["locked off"] if whole & numbering.LOCKED_OFF else []
        return ", ".join(words)
    if number == numbering.LAMP_STATE:
        locked = ", locked off" if whole & numbering.LAMP_LOCKED else ""
        return f"{whole % numbering.LAMP_LOCKED} permille{locked}"
    if number == numbering.RESET_NOTE:
        return "a reset was asked for" if whole == 1 else "none"
    return ""


def head_fields(log: Log | None) -> Row:
    """The chain's head: who keeps it elsewhere can tell later whether the log still leads there."""
    return {"log_sequence": log.end, "log_hash": log.hash.hex()} if log else {}


def head_rows(log: Log | None) -> Iterator[Row]:
    """Likewise, as a row among those of the registers."""
    if log:
        blank = dict.fromkeys(("unit", "rest_mj", "exact"))
        row = {"number": None, "register": "end of the event log", "value": log.end}
        yield row | blank | {"state": log.hash.hex()}


def head_words(log: Log) -> str:
    return f"The event log ends with event {log.end}, hash {log.hash.hex()}."


# History


def history_rows(days: Mapping[int, Day], day: int, branches: Iterable[int]) -> Iterator[Row]:
    """48 rows a branch: what counters stood at, and what they gained in the half hour before."""
    for branch in branches:
        before = _reading(days, day - 1, 47, branch)
        for slot in range(48):
            now = _reading(days, day, slot, branch)
            record = days[day].records.get(slot) if day in days else None
            yield {
                "day": str(history.date_of(day)),
                "time": history.clock(slot),
                "branch": branch,
                "import_wh": now[0],
                "export_wh": now[1],
                "import_gain_wh": history.difference(before[0], now[0]),
                "export_gain_wh": history.difference(before[1], now[1]),
                "clock": _quality(record.quality) if record else None,
            }
            before = now


def demand_rows(found: Iterable[demand.Demand]) -> Iterator[Row]:
    """The maximum demand of each branch and of all, import and export."""
    for one in found:
        yield {
            "branch": "all" if one.branch == demand.ALL else one.branch,
            "direction": ("import", "export")[one.direction],
            "demand_w": one.power_w,
            "day": None if one.day is None else str(history.date_of(one.day)),
            "until": None if one.slot is None else history.clock(one.slot),
        }


def demand_table(where: str, rows: Iterable[Row], days: str) -> Table:
    table = Table(title=f"{where}  maximum demand, {days}", title_justify="left")
    table.add_column("branch")
    for heading in ("import", "half hour until", "export", "half hour until"):
        table.add_column(heading, justify="right")
    cells: dict[str, list[str]] = {}
    for row in rows:
        told = ["no data", ""]
        if row["demand_w"] is not None:
            told = [f"{row['demand_w']} W", f"{row['day']} {row['until']}"]
        cells.setdefault(str(row["branch"]), []).extend(told)
    for branch, told in cells.items():
        table.add_row(branch, *told)
    return table


def history_tables(days: Mapping[int, Day], day: int, branches: Iterable[int]) -> Iterator[Table]:
    for branch in branches:
        table = Table(title=f"{history.date_of(day)}  branch {branch}", title_justify="left")
        table.add_column("time")
        for heading in ("import", "gained", "export", "gained"):
            table.add_column(heading, justify="right")
        table.add_column("clock")
        for row in history_rows(days, day, [branch]):
            names = ("import_wh", "import_gain_wh", "export_wh", "export_gain_wh")
            table.add_row(row["time"], *(_wh(row, name) for name in names), row["clock"] or "")
        yield table


def _reading(
    days: Mapping[int, Day], day: int, slot: int, branch: int
) -> tuple[int | None, int | None]:
    return days[day].reading(slot, branch) if day in days else (None, None)


def _wh(row: Row, name: str) -> str:
    if row[name] is None:
        return "" if "gain" in name else "no data"
    return f"{row[name]} Wh"


# Events


def event_row(event: Event, utc_offset_min: int | None, with_key: bool = False) -> Row:
    """One event in words; what was changed since it was written keeps what it says now."""
    fields = event.fields
    kind = fields["kind"]
    voltage, budget = fields["voltage_dv"], fields["budget_w"]
    return {
        "sequence": fields["sequence"],
        "boot": fields["boot"],
        "uptime": f"{fields['uptime_s']}.{fields['ms']:03}",
        "utc": moment(fields["day"], fields["second"], 0),
        "local": moment(fields["day"], fields["second"], utc_offset_min),
        "clock": _quality(fields["quality"]),
        "kind": events.word(events.KINDS, kind),
        "subject": _subject(kind, fields["subject"]),
        "from": "" if kind == _STARTED else _value(kind, events.BEFORE, fields["from"]),
        "to": _value(kind, events.AFTER, fields["to"]),
        "cause": events.word(events.CAUSES, fields["cause"]),
        "actor": events.word(events.ACTORS, fields["actor"]),
        "power_w": fields["power_w"],
        "voltage_v": None if voltage == _NOT_MEASURED else f"{voltage // 10}.{voltage % 10}",
        "budget_w": None if budget < 0 else budget,
        "chain": "not proved" if with_key and _only_linked(event) else event.state,
    }


def _only_linked(event: Event) -> bool:
    return event.state == WHOLE and event.proof == LINKED


def events_table(where: str, rows: Iterable[Row]) -> Table:
    table = Table(title=f"{where}  events", title_justify="left")
    headings = ("event", "boot", "uptime s", "local time", "what", "from", "to", "cause", "by")
    for heading in (*headings, "W", "V", "budget W", ""):
        table.add_column(heading, overflow="fold")
    for row in rows:
        when = row["local"] or (f"{row['utc']} UTC" if row["utc"] else "unknown")
        if row["clock"] != QUALITIES[-1]:
            when += f" ({row['clock']})"
        cells = (
            row["sequence"], row["boot"], row["uptime"], when,
            f"{row['kind']} {row['subject']}".strip(), row["from"], row["to"], row["cause"],
            row["actor"], row["power_w"], row["voltage_v"], row["budget_w"],
            "" if row["chain"] == "whole" else row["chain"],
        )  # fmt: skip
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    return table


def moment(day: int, second: int, utc_offset_min: int | None) -> str | None:
    """Date and time of an event; None if the node or we do not know it."""
    if day == _UNKNOWN_DAY or second >= _DAY_S or utc_offset_min is None:
        return None
    when = _BEGIN + timedelta(days=day, seconds=second, minutes=utc_offset_min)
    return when.isoformat(" ")


def _word(words: tuple[str, ...], number: int) -> str:
    """What a number stands for; itself if we do not know: a newer firmware wrote it."""
    return words[number] if 0 <= number < len(words) else str(number)


def _quality(number: int) -> str:
    return _word(QUALITIES, number)


def _subject(kind: int, subject: int) -> str:
    """Loads and branches are counted from 1 for people."""
    row = events.row(events.KINDS, kind)
    if row is None:
        return str(subject) if kind else ""
    key, unit = row[events.SUBJECT]
    if unit == "LOADS":
        other = events.row(events.SUBJECTS, subject)
        return other[events.WORD] if other else str(subject + 1)
    return _in_words(unit, subject) if key else ""


def _value(kind: int, field: int, value: int) -> str:
    """`field` of the kind's row says what the value is."""
    row = events.row(events.KINDS, kind)
    return str(value) if row is None else _in_words(row[field][1], value)


def _in_words(unit: str, value: int) -> str:
    rows = events.meaning(unit)
    if rows is None:
        # Where the unit is told in words there is more than one.
        return f"{value} {unit}" if unit.isalpha() else str(value)
    found = events.row(rows, value)
    return found[events.WORD] if found else str(value)


# Verification


def finding_fields(finding: Finding) -> Row:
    return {
        "area": finding.area,
        "verdict": finding.verdict,
        "text": finding.words,
        **finding.figures,
    }


def findings_table(where: str, findings: Iterable[Finding]) -> Table:
    table = Table(title=where, title_justify="left")
    table.add_column("what")
    table.add_column("verdict")
    table.add_column("found", overflow="fold")
    area = ""
    for finding in findings:
        shown = "" if finding.area == area else finding.area
        area = finding.area
        table.add_row(shown, Text(finding.verdict, _STYLES[finding.verdict]), Text(finding.words))
    return table
