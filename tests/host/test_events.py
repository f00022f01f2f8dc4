"""wire.events: one row for each number, read by the console, stories, exports and the docs."""

import ast

import pytest

from tests.desk_bridge import ROOT
from tomo.image.events import Event
from tomo.jobs.story import words_of
from tomo.render import registers as render
from tomoshibi.wire import event_log, events

FIRMWARE = ROOT / "firmware" / "tomoshibi"
TABLES = (
    "KINDS", "CAUSES", "ACTORS", "GRID_STATES", "RESETS", "STORED", "SENSES", "SUBJECTS",
    "SWITCH", "LOCKS", "SOUND", "LIMITS", "QUALITIES", "HALVES",
)  # fmt: skip


def constants(module, first, last):
    """{name: number} of a firmware module's public constants, from `first` to `last` as written.

    It is read, not imported: it is MicroPython's.
    """
    found = {}
    for node in ast.parse((FIRMWARE / module).read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            if isinstance(value, ast.Constant) and not node.targets[0].id.startswith("_"):
                found[node.targets[0].id] = value.value
    names = list(found)
    return {name: found[name] for name in names[names.index(first) : names.index(last) + 1]}


@pytest.mark.parametrize(
    ("table", "module", "first", "last"),
    [
        ("KINDS", "core/events.py", "BOOT", "REPLACED"),
        ("HALVES", "core/events.py", "FACTORY_HALF", "NODE_HALF"),
        ("SUBJECTS", "core/events.py", "LAMP_SUBJECT", "MAIN_SUBJECT"),
        ("SENSES", "core/events.py", "LEVEL", "CONTACT"),
        ("CAUSES", "core/events.py", "START", "CONTROLLER_TIME"),
        ("ACTORS", "core/events.py", "NODE", "APPLICATION"),
        ("GRID_STATES", "policy/grid.py", "NORMAL", "RESTORING"),
        ("RESETS", "node/boot_cause.py", "POWER_ON", "COMMANDED"),
        ("LIMITS", "policy/budget.py", "INVERTER", "LESSON"),
        ("QUALITIES", "core/calendar.py", "NEVER_SET", "SYNCHRONISED"),
    ],
)
def test_every_constant_that_is_recorded_has_its_row_and_every_row_its_constant(
    table, module, first, last
):
    rows = {row[events.NAME]: row[events.NUMBER] for row in getattr(events, table)}
    assert rows == constants(module, first, last)


def test_things_kept_in_flash_have_the_numbers_that_storage_gives_them():
    rows = {row[events.NAME]: row[events.NUMBER] for row in events.STORED}
    assert constants("node/storage.py", "SETTINGS", "FILES").items() <= rows.items()


@pytest.mark.parametrize("table", TABLES)
def test_no_number_and_no_word_is_given_twice(table):
    rows = getattr(events, table)
    for field in (events.NUMBER, events.NAME, events.WORD):
        assert len({row[field] for row in rows}) == len(rows)
    assert all(row[events.SENTENCE].endswith((".", "!")) for row in rows)


def record(kind, subject=0, before=0, after=1, cause=15, actor=1):
    return (12, 34, kind, subject, before, after, cause, 732, 1350, 1010, actor)


def told(kind, **values):
    line = events.told(record(kind, **values), ["heater"])
    return line, words_of(line)


@pytest.mark.parametrize("row", events.KINDS, ids=lambda row: row[events.WORD])
@pytest.mark.parametrize("after", [0, 1])
def test_the_story_says_each_kind_with_its_own_words(row, after):
    line, words = told(row[events.NUMBER], subject=1, after=after)
    assert line["event"] == row[events.WORD]
    assert "{" not in words
    assert not words.startswith(row[events.WORD] + " cause"), "not the list of its fields"
    assert "commanded" in words


def test_the_story_says_what_it_said_before_there_were_rows():
    assert [
        told(2, before=0, after=2, cause=3, actor=0)[1],
        told(3, after=0, cause=7, actor=0)[1],
        told(4, before=1_000, after=625, cause=13, actor=0)[1],
        told(5, before=1_350, after=1_080, cause=14, actor=0)[1],
        told(11, after=0, cause=23, actor=0)[1],
    ] == [
        "sees normal -> islanded (island: somebody feeds the loads, not the grid)",
        "switches off heater (over the island's limit), limit 1350 W",
        "light to 62.5 % (energy to dawn)",
        "limits the island to 1080 W, was 1350 W (the inverter gave up under load)",
        "heater is sound again, was: power though switched off: a welded relay",
    ]


def exported(kind, subject=0, before=0, after=1):
    values = {"kind": kind, "subject": subject, "from": before, "to": after, "voltage_dv": 1010}
    row = render.event_row(Event(dict.fromkeys(event_log.FIELDS, 0) | values, (0, 1)), 540)
    return row["kind"], row["subject"], row["from"], row["to"]


def test_an_export_has_the_same_words():
    assert exported(2, before=0, after=2) == ("grid", "", "normal", "islanded")
    assert exported(3, subject=1) == ("load", "2", "off", "on")
    assert exported(7, subject=255) == ("lock", "lamp", "unlocked", "locked off")
    assert exported(8, subject=4, after=3) == ("storage", "events", "0", "3")
    assert exported(10, subject=1, after=93_000) == ("sense", "grid level, mV", "0", "93000")
    assert exported(12) == ("lamp relay", "", "off", "on")
    assert exported(1, after=2) == ("started", "", "", "watchdog")
    assert exported(5, before=1_350, after=1_080) == ("limit", "", "1350 W", "1080 W")
    assert exported(9, subject=2, before=7, after=8)[1:] == ("2", "7 Wh", "8 Wh")


def test_what_a_newer_firmware_has_written_keeps_its_numbers():
    assert exported(99, subject=4, before=5, after=6) == ("99", "4", "5", "6")
    line, words = told(99, subject=4, before=5, after=6, cause=98)
    assert (line["event"], line["cause"]) == ("99", "98")
    assert words.startswith("99 ")
