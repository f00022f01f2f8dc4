"""`tomo registers` on images made by hand: what it shows, and what it finds wrong."""

import csv
import io
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_test
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.helpers import flash_by_hand as by_hand
from tests.host import chips
from tomo.cli.registers import app
from tomo.errors import HostError
from tomo.image import history, registers
from tomo.image.flash_image import FlashImage
from tomo.image.registers import Value
from tomo.jobs import verify_flash
from tomo.jobs.targets import FileTarget
from tomo.render import registers as render

WHOLE = bytes(chips.whole_chip())
BEFORE = Path(__file__).parent.parent / "vectors" / "registers_before.bin"


def tomo(*arguments):
    """(status, standard output, error as told)"""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, HostError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def image(tmp_path):
    """image(data): a file with it."""

    def write(data=WHOLE, name="chip"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def findings(data):
    image = FlashImage("chip", bytearray(data), dict(chips.PLACES))
    return list(verify_flash.verify(FileTarget(Path("chip"), None, image)))


def wrong(data):
    """What is wrong with a chip, as "area: words"."""
    return [f"{one.area}: {one.words}" for one in findings(data) if one.verdict == "wrong"]


def notes(data):
    return [f"{one.area}: {one.words}" for one in findings(data) if one.verdict == "note"]


BLANK_IDENTITY = "identity: blank: never written"
NO_KEY = "events: links checked, nothing proved: the chain has no key, an editor can recompute it"


# dump


def test_dump_gives_the_newest_values_to_the_mj(image):
    status, out, _ = tomo("dump", image(), "--json")
    about, *rows = lines(out)
    assert status == 0
    assert about == {
        "node": "sub-meter", "branches": 2, "sectors_used": 2, "sectors": 64, "record": 67,
        "log_sequence": 5, "log_hash": chips.event_chain(5)[4][48:].hex(),
    }  # fmt: skip
    by_name = {row["register"]: row for row in rows}
    assert len(by_name) == len(chips.NUMBERS)
    whole = by_name["whole import"]
    assert (whole["value"], whole["rest_mj"], whole["unit"]) == (1_234_567, 1_800_000, "Wh")
    assert whole["exact"] == "1234567.5000000"
    assert by_name["branch 1 import"]["exact"] == "99999999.9999997"
    assert by_name["load 1 state"]["state"] == "not wanted"
    assert by_name["load 2 state"]["state"] == "wanted, locked off"


def test_two_energies_a_mj_apart_never_look_the_same():
    shown = [render.exact(Value(7, rest)) for rest in (0, 1, 2, 3_599_998, 3_599_999)]
    assert shown == ["7.0000000", "7.0000002", "7.0000005", "7.9999994", "7.9999997"]


@pytest.mark.parametrize(
    ("number", "whole", "words"),
    [(16, 0, "wanted"), (16, 3, "not wanted, locked off"), (51, 4_596, "500 permille, locked off"),
     (51, 1_000, "1000 permille"), (7, 1, "a reset was asked for"), (0, 1, "")],
)  # fmt: skip
def test_states_are_told_in_words(number, whole, words):
    assert render.state_words(number, whole) == words


def test_dump_as_csv_goes_to_a_file_or_to_standard_output(image, tmp_path):
    status, out, _ = tomo("dump", image(), "--csv", "-")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[12]["register"] == "whole import"
    assert rows[12]["exact"] == "1234567.5000000"
    head = chips.event_chain(5)[4][48:].hex()
    assert list(rows[-1].values()) == ["", "end of the event log", "5", "", "", "", head]
    assert tomo("dump", image(), "--csv", tmp_path / "x.csv")[:2] == (0, "")
    assert (tmp_path / "x.csv").read_text() == out


def test_dump_as_a_table_names_the_node(image):
    status, out, _ = tomo("dump", image())
    assert status == 0
    about = "sub-meter, 2 branches, record 67, 2 of 64 sectors in use"
    assert about in " ".join(out.split())
    assert "1234567 Wh + 1800000 mJ" in out


def test_a_desk_nodes_folder_is_as_good_as_its_image(image, tmp_path):
    image(name="flash.bin")
    assert lines(tomo("dump", tmp_path, "--json")[1])[0]["record"] == 67


def test_a_newest_sector_cut_off_at_its_start_leaves_the_one_before():
    data = bytearray(WHOLE)
    at = chips.PLACES["registers"][0] + chips.SECTOR + 64
    data[at : at + 4 * 64] = b"\xff" * 256
    target = FlashImage("chip", data, chips.PLACES)
    found = registers.newest_values(registers.open_ring(target))
    assert found.record == 63
    assert found.values[64] == Value(63, 0)
    assert not found.missing


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("dump", "nothing here"), 2, "is no flash image, no desk node's folder and no serial"),
        (("dump", "/"), 1, "has no flash.bin: no desk node has lived there"),
        (("dump", "/dev/no-such-port"), 5, "/dev/no-such-port is not there"),
        (("start", "x.bin", "1", "5"), 2, "is no serial port"),
    ],
)
def test_a_target_that_cannot_be_is_told(arguments, status, told):
    done = tomo(*arguments)
    assert done[0] == status
    assert told in done[2]


def test_an_empty_chip_has_nothing_to_show_and_nothing_wrong(image):
    path = image(chips.chip())
    for command, told in (("dump", "no register"), ("history", "no half"), ("events", "no event")):
        status, out, error = tomo(command, path)
        assert (status, out) == (1, "")
        assert told in error
    assert tomo("verify", path)[0] == 0


# history


def test_history_shows_readings_and_what_was_gained(image):
    status, out, _ = tomo("history", image(), "--branch", "2", "--json")
    rows = lines(out)
    assert status == 0
    assert len(rows) == 96
    assert rows[1] == {
        "day": "2026-11-25", "time": "00:30", "branch": 2, "import_wh": 7, "export_wh": 3,
        "import_gain_wh": 0, "export_gain_wh": 3, "clock": "synchronised",
    }  # fmt: skip
    # The first half hour of a day begins with the last reading of the day before.
    assert (rows[0]["export_gain_wh"], rows[48]["export_gain_wh"]) == (None, 3)
    assert rows[48]["day"] == "2026-11-26"


def test_history_is_of_the_newest_day_and_says_where_there_is_no_data(image):
    out = tomo("history", image())[1]
    assert "2026-11-26  branch 1" in out
    assert "no data" in out
    assert "2026-11-25  branch 1" in tomo("history", image(), "--day", "2026-11-25")[1]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--day", "2026-11-31"), 2, "expected a date such as"),
        (("--day", "2026-11-27"), 1, "has no readings of 2026-11-27"),
        (("--day", "1999-01-01"), 1, "has no readings of"),
        (("--branch", "3"), 2, "no branch 3"),
    ],
)
def test_days_and_branches_there_are_not(image, arguments, status, told):
    done = tomo("history", image(), *arguments)
    assert (done[0], done[1]) == (status, "")
    assert told in done[2]


def history_of(*sectors):
    image = FlashImage("chip", chips.whole_chip(history=b"".join(sectors)), chips.PLACES)
    return history.open_ring(image)


def one_day(sequence, day, *records):
    """records: (slot, quality, boot, import of the one branch)"""
    written = [
        chips.history_record(sequence, slot, quality, boot, [(import_wh, 0)])
        for slot, quality, boot, import_wh in records
    ]
    return chips.sector(chips.history_head(sequence, day, 1), *written)


def test_the_best_clock_wins_and_between_equals_the_first():
    ring = history_of(
        one_day(1, 9_825, (0, 1, 1, 10), (0, 2, 1, 20), (0, 2, 1, 30), (1, 2, 1, 40), (1, 1, 1, 50))
    )
    day = history.read_days(ring, [9_825])[9_825]
    assert [day.reading(slot, 1)[0] for slot in (0, 1, 2)] == [20, 40, None]


def test_a_day_may_have_several_sectors_and_counters_wrap():
    ring = history_of(
        one_day(1, 9_825, (0, 2, 1, 99_999_990)), one_day(2, 9_826), one_day(3, 9_825, (1, 2, 1, 5))
    )
    days = history.read_days(ring, [9_825])
    rows = list(render.history_rows(days, 9_825, [1]))
    assert rows[1]["import_gain_wh"] == 15
    assert history.days_of(ring) == [9_825, 9_826]


# events


def test_events_are_told_in_words(image):
    before, chain = chips.FIRST_HASH, []
    for fields in (
        {"kind": 2, "cause": 2, "old": 0, "new": 2, "budget_w": 1_350},
        {"kind": 3, "cause": 7, "subject": 4, "old": 1, "new": 0},
        {"kind": 6, "cause": 15, "actor": 1, "subject": 2, "old": 5, "new": 99_999_999},
        {"kind": 1, "new": 1, "quality": 0, "day": 0xFFFF, "second": 0xFFFFFF},
        {"kind": 200, "cause": 201, "actor": 202, "subject": 9, "voltage_dv": 0xFFFF},
    ):
        chain.append(chips.event_record(before, len(chain) + 1, **fields))
        before = chain[-1][48:]
    part = chips.sector(chips.event_head(1, 1, chips.FIRST_HASH), *chain)
    status, out, _ = tomo("events", image(chips.whole_chip(events=part)), "--json")
    rows = lines(out)
    assert status == 0
    first = rows[0]
    assert (first["kind"], first["from"], first["to"]) == ("grid", "normal", "islanded")
    assert (first["cause"], first["budget_w"], first["voltage_v"]) == ("grid lost", 1_350, "101.0")
    assert (first["utc"], first["local"]) == ("2026-11-25 01:00:00", "2026-11-25 10:00:00")
    assert (first["uptime"], first["chain"]) == ("5.250", "whole")
    assert (rows[1]["subject"], rows[1]["from"], rows[1]["to"]) == ("5", "on", "off")
    assert (rows[2]["actor"], rows[2]["to"]) == ("console", "99999999 Wh")
    assert (rows[3]["to"], rows[3]["utc"], rows[3]["clock"]) == ("brown-out", None, "never set")
    assert (rows[4]["kind"], rows[4]["cause"], rows[4]["voltage_v"]) == ("200", "201", None)
    assert tomo("events", image(), "--csv", "-")[1].startswith("sequence,boot,uptime,utc,local,")


# verify


def test_a_good_chip_is_fine_and_ends_with_0(image):
    status, out, _ = tomo("verify", image())
    assert status == 0
    assert "Fine: nothing is lost." in out
    assert wrong(WHOLE) == []
    assert notes(WHOLE) == [NO_KEY, BLANK_IDENTITY]
    assert lines(tomo("verify", image(), "--json")[1])[-1] == {"verdict": "fine"}


def changed(label, at, written):
    data = bytearray(WHOLE)
    place = chips.PLACES[label][0] + at
    data[place : place + len(written)] = written
    return data


def zeroed(label, sector, slot):
    return changed(label, sector * chips.SECTOR + slot * 64 + 20, b"\0")


def test_a_damaged_register_record_is_counted_in_its_sector(image):
    data = zeroed("registers", 0, 30)
    assert wrong(data) == ["registers: records damaged: 1 in sector 0"]
    status, out, _ = tomo("verify", image(data))
    assert status == 1
    assert "Wrong: something was damaged or is lost." in out


def test_a_register_record_cut_off_in_writing_is_fine():
    first = chips.all_registers(1, 1)
    torn = first[0][:10].ljust(64, b"\xff")
    after = [chips.register_record(1, 5, [(0, 4, 0)])]
    head = chips.head(b"R", 1, bytes([1, 2]))
    for records in ([*first, torn, *after], [*first, torn]):
        data = chips.whole_chip(registers=chips.sector(head, *records))
        assert wrong(data) == []
        assert "registers: records cut off in writing, no loss: 1 in sector 0" in notes(data)


def test_register_records_that_are_gone_or_out_of_order_are_found():
    first = chips.all_registers(1, 1)
    head = chips.head(b"R", 1, bytes([1, 2]))
    for number, told in ((9, "registers: 4 records gone"), (2, "numbers of records go back 1")):
        more = chips.register_record(1, number, [(0, 4, 0)])
        data = chips.whole_chip(registers=chips.sector(head, *first, more))
        assert told in wrong(data)[0]


def test_sectors_out_of_order_and_damaged_heads_are_found():
    part = chips.registers()
    swapped = part[chips.SECTOR :] + part[: chips.SECTOR]
    # The free ones lie between the older, in place 1, and the newer, in place 0.
    assert "registers: sectors out of order: 0" in wrong(chips.whole_chip(registers=swapped))
    data = changed("registers", 8, b"\0\0")  # sector 0, the oldest
    assert "registers: heads of sectors damaged: 0" in wrong(data)
    # Of the newest, too: what follows its head tells that it was one.
    data = changed("registers", chips.SECTOR + 8, b"\0\0")
    assert "registers: heads of sectors damaged: 1" in wrong(data)


def test_one_flipped_bit_in_a_head_is_told_and_loses_nothing():
    def values(data):
        image = FlashImage("chip", bytearray(data), dict(chips.PLACES))
        return registers.newest_values(registers.open_ring(image))

    data = changed("registers", chips.SECTOR + 8, b"\0")  # 1 before: the kind of node
    assert wrong(data) == ["registers: heads of sectors damaged: 1"]
    assert values(data) == values(WHOLE)
    assert "registers: heads of sectors damaged: 1" in wrong(data)


def test_a_sector_cut_off_while_it_was_erased_is_fine():
    data = changed("registers", 2 * chips.SECTOR, b"\0\0" + bytes(range(200)))
    assert wrong(data) == []
    assert "registers: sector 2 was cut off while it was made ready" in notes(data)


@pytest.mark.parametrize("slot", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("byte", [0, 4, 20, 47, 48, 63])
def test_a_changed_event_is_found_wherever_it_is(slot, byte):
    at = slot * 64 + byte
    old = WHOLE[chips.PLACES["events"][0] + at]
    found = wrong(changed("events", at, bytes([old ^ 0x10])))
    assert found
    assert all(one.startswith("events: ") for one in found)
    if slot < 5:
        assert "events: records damaged: 1 in sector 0" in found


def test_an_event_cut_out_is_a_break():
    chain = chips.event_chain(6)
    for kept in (chain[:2] + chain[3:], [*chain[:2], b"\xff" * 64, *chain[3:]]):
        part = chips.sector(chips.event_head(1, 1, chips.FIRST_HASH), *kept)
        assert any("event 3 removed" in one for one in wrong(chips.whole_chip(events=part)))


def test_events_taken_off_the_end_are_missed():
    data = chips.whole_chip(events=chips.events(3))
    assert wrong(data) == ["events: 2 events removed from the end: 5 were logged, 3 found"]
    assert wrong(chips.whole_chip(events=b""))[0].startswith("events: 5 events removed")


def test_an_event_cut_off_in_writing_is_fine():
    chain = chips.event_chain(6)
    torn = chain[5][:50].ljust(64, b"\xff")
    for records in ([*chain[:5], torn, chain[5]], [*chain[:5], torn]):
        part = chips.sector(chips.event_head(1, 1, chips.FIRST_HASH), *records)
        data = chips.whole_chip(events=part)
        assert wrong(data) == []
        assert "events: records cut off in writing, no loss: 1 in sector 0" in notes(data)


def test_the_chain_goes_on_through_heads_of_sectors_and_may_begin_late():
    chain = chips.event_chain(130)
    tails = [chips.FIRST_HASH, *(record[48:] for record in chain)]
    sectors = [
        chips.sector(chips.event_head(n + 1, 63 * n + 1, tails[63 * n]), *chain[63 * n :][:63])
        for n in range(3)
    ]
    assert wrong(chips.whole_chip(events=b"".join(sectors))) == []
    # The oldest is gone, as when the ring has come round.
    late = b"".join([chips.sector(), *sectors[1:]])
    assert wrong(chips.whole_chip(events=late)) == []
    other = chips.sector(chips.event_head(2, 64, b"x" * 16), *chips.event_chain(9, 64, b"x" * 16))
    found = wrong(chips.whole_chip(events=sectors[0] + other))
    told = "event 63 altered: sector 1, slot 0"
    assert found == [f"events: {told}"]


KEY = bytes(range(32))
CHAIN = chips.keyed_chain(KEY, 9)
MANIPULATED = {
    "event 4 removed: before sector 0, slot 4": [*CHAIN[:3], *CHAIN[4:]],
    "event 5 out of order: sector 0, slot 4": [*CHAIN[:3], CHAIN[4], CHAIN[3], *CHAIN[5:]],
    "event 4 altered: sector 0, slot 4": [*CHAIN[:3], b"\x09" + CHAIN[3][1:], *CHAIN[4:]],
    "event 4 repeated: sector 0, slot 5": [*CHAIN[:4], *CHAIN[3:]],
}


@pytest.mark.parametrize("words", MANIPULATED)
@pytest.mark.parametrize("with_key", [False, True])
def test_each_manipulation_of_the_log_is_found_and_located(image, tmp_path, words, with_key):
    (tmp_path / "key").write_text(KEY.hex() + "\n")
    with_key = ("--key", tmp_path / "key") if with_key else ()
    where = image(chips.logged(MANIPULATED[words]))
    status, out, _ = tomo("verify", where, "--json", *with_key)
    wrong = [one["text"] for one in lines(out) if one["verdict"] == "wrong" and "area" in one]
    assert status == 1
    assert words in wrong
    whole = image(chips.logged(CHAIN))
    assert tomo("verify", whole, *with_key)[0] == 0


def test_who_recomputes_the_links_is_found_with_the_key_alone(image, tmp_path):
    (tmp_path / "key").write_text(KEY.hex())
    mine = chips.keyed_chain(bytes(32), 9)
    forged = [one[:40] + CHAIN[0][40:43] + one[43:45] for one in mine]
    link, records = chips.crc24(chips.FIRST_HASH), []
    for start, one in zip(forged, mine, strict=True):
        link = chips.crc24(start + one[48:], link)
        records.append(start + chips.u24(link) + one[48:])
    where = image(chips.logged(records))
    status, out, _ = tomo("verify", where, "--json")
    assert (status, "links checked, nothing proved" in out) == (0, True)
    status, out, _ = tomo("verify", where, "--json", "--key", tmp_path / "key")
    assert (status, out.count("altered: sector 0")) == (1, 9)


def test_verify_says_what_is_proved_and_never_the_key(image, tmp_path):
    (tmp_path / "key").write_text(KEY.hex())
    where = image(chips.logged(chips.keyed_chain(KEY, 4, chips.event_chain(3))))
    status, out, _ = tomo("verify", where, "--json", "--key", tmp_path / "key")
    told = "4 events proved to be the node's; 3 from before it had the key, unchanged since it has"
    assert status == 0
    assert told in [one.get("text") for one in lines(out)]
    assert KEY.hex() not in out
    rows = lines(tomo("events", where, "--json", "--key", tmp_path / "key")[1])
    assert [row["chain"] for row in rows] == ["whole"] * 7
    # Without any event under it nothing is proved.
    plain = image(WHOLE, "plain")
    status, out, _ = tomo("verify", plain, "--json", "--key", tmp_path / "key")
    assert (status, "nothing proved: no event is under this key" in out) == (1, True)
    rows = lines(tomo("events", plain, "--json", "--key", tmp_path / "key")[1])
    assert {row["chain"] for row in rows} == {"not proved"}


@pytest.mark.parametrize("text", ["", "00" * 31, "zz" * 32, "00" * 33])
def test_what_is_no_key_is_refused_and_not_told(image, tmp_path, text):
    (tmp_path / "key").write_text(text)
    status, out, told = tomo("verify", image(), "--key", tmp_path / "key")
    assert (status, out) == (2, "")
    assert "does not hold 64 hex digits" in told
    assert not text or text not in told


def test_readings_that_run_backwards_are_found_unless_a_start_value_was_given():
    rows = (one_day(1, 9_825, (0, 2, 1, 500), (1, 2, 1, 510)), one_day(2, 9_826, (0, 2, 1, 3)))
    data = chips.whole_chip(history=b"".join(rows))
    told = "history: branch 1: import runs backwards at 2026-11-26 00:00"
    assert wrong(data) == [told]
    start = chips.event_record(chips.FIRST_HASH, 1, kind=6, cause=15, subject=1)
    chain = [start, *chips.event_chain(4, 2, start[48:])]
    part = chips.sector(chips.event_head(1, 1, chips.FIRST_HASH), *chain)
    data = chips.whole_chip(history=b"".join(rows), events=part)
    assert wrong(data) == []
    assert f"{told}, and was given a start value" in notes(data)


def test_a_clock_put_back_makes_no_reading_run_backwards():
    rows = (one_day(1, 9_826, (0, 2, 1, 500)), one_day(2, 9_825, (0, 2, 1, 510)))
    assert wrong(chips.whole_chip(history=b"".join(rows))) == []


def test_half_hours_with_two_readings_are_told():
    day = one_day(1, 9_825, (0, 1, 1, 500), (0, 2, 1, 510))
    assert "history: 1 half hours have a second reading; the better one counts" in notes(
        chips.whole_chip(history=day)
    )


def test_a_bad_history_record_is_torn_at_the_end_of_a_boot_and_damaged_within_one():
    good = [chips.history_record(1, slot, 2, 1, [(slot, 0)]) for slot in range(3)]
    later = chips.history_record(1, 3, 2, 2, [(3, 0)])
    bad = b"\x01" * len(good[0])
    head = chips.history_head(1, 9_825, 1)
    data = chips.whole_chip(history=chips.sector(head, good[0], bad, good[1]))
    assert wrong(data) == ["history: records damaged: 1 in sector 0"]
    data = chips.whole_chip(history=chips.sector(head, *good, bad, later))
    assert wrong(data) == []


def test_lost_copies_are_wrong_and_unfinished_ones_are_not():
    half = chips.PLACES["settings"][1] // 2
    one = chips.copy(b"S", 4, {}, half)
    assert wrong(chips.whole_chip(settings=one)) == []
    damaged = one + one[:32] + b"x" * 100
    assert wrong(chips.whole_chip(settings=damaged))[0].startswith("settings: copies: whole, dam")
    data = chips.whole_chip(settings=b"\0" * 2 * half)
    assert wrong(data) == ["settings: lost: neither copy is whole"]
    identity = chips.copy(b"I", 1, {"serial": "1"}, 4096)
    assert notes(chips.whole_chip(identity=identity * 2)) == [NO_KEY]


def test_a_damaged_partition_table_is_told_and_the_rest_read_all_the_same(image):
    data = bytearray(WHOLE)
    data[chips.TABLE + 40] ^= 1
    status, out, _ = tomo("verify", image(data), "--json")
    assert status == 1
    told = lines(out)
    assert (told[0]["area"], told[0]["verdict"]) == ("partition table", "wrong")
    assert {"registers", "events"} <= {one.get("area") for one in told}
    assert tomo("dump", image(data))[0] == 1


@pytest.mark.parametrize("label", chips.PLACES)
def test_one_partition_alone_can_be_verified(image, label):
    offset, size = chips.PLACES[label]
    path = image(WHOLE[offset : offset + size])
    assert tomo("verify", path, "--partition", label)[0] == 0


# Garbage

USED = [
    (offset, {"registers": 2, "events": 1, "history": 2}.get(label, size // 4096) * 4096)
    for label, (offset, size) in chips.PLACES.items()
] + [(chips.TABLE, 0xC00)]
bits = st.sampled_from(USED).flatmap(
    lambda span: st.integers(8 * span[0], 8 * (span[0] + span[1]) - 1)
)
often = settings_of_test(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def all_commands(path):
    for command in ("verify", "dump", "history", "events"):
        for option in ((), ("--json",)):
            status, _, told = tomo(command, path, *option)
            assert status in (0, 1, 2), told


@often
@given(st.lists(bits, min_size=1, max_size=40))
def test_flipped_bits_never_end_in_a_traceback(image, flipped):
    data = bytearray(WHOLE)
    for bit in flipped:
        data[bit // 8] ^= 1 << bit % 8
    all_commands(image(data))


@often
@given(st.sampled_from(USED), st.binary(min_size=1, max_size=300), st.data())
def test_garbage_never_ends_in_a_traceback(image, span, garbage, choose):
    at = span[0] + choose.draw(st.integers(0, span[1] - len(garbage)))
    all_commands(image(WHOLE[:at] + garbage + WHOLE[at + len(garbage) :]))


@settings_of_test(often, max_examples=5)
@given(st.integers(0, chips.CHIP - 1))
def test_a_cut_file_never_ends_in_a_traceback(image, size):
    all_commands(image(WHOLE[:size]))


@settings_of_test(often, max_examples=8)
@given(
    st.sampled_from(["registers", "history"]), st.integers(0, 255), st.integers(0, 255), st.data()
)
def test_heads_that_are_whole_and_senseless_never_end_in_a_traceback(image, label, a, b, choose):
    sequence = choose.draw(st.integers(0, 0x3FFFFFFF))
    letter = {"registers": b"R", "history": b"H"}[label]
    head = chips.head(letter, sequence, bytes([a, b, a, 0xFF]) + b"\xff" * 16)
    record = chips.register_record(sequence, a, [(b, 0xFFFFFFFF, 0xFFFFFF)] * 7)
    all_commands(image(chips.whole_chip(**{label: chips.sector(head, record)})))


@often
@given(st.integers(0, 8 * 66 * 64 - 1))
def test_no_flipped_bit_in_a_whole_record_of_registers_stays_unseen(bit):
    # Of the last record it cannot be told from a cut: all before are records 1 to 66.
    record, place = divmod(bit // 8, 64)
    at = chips.PLACES["registers"][0] + 64 * (record + 1 + (record >= 63)) + place
    data = bytearray(WHOLE)
    data[at] ^= 1 << bit % 8
    assert wrong(data)


def test_registers_that_tell_how_far_they_ran_on_are_followed_over_the_wrap():
    data = chips.whole_chip(registers=chips.small_registers())
    ring = registers.open_ring(FlashImage("chip", data, chips.PLACES))
    found = registers.newest_values(ring)
    assert found.values == {64: Value(15, 20), 68: Value(270, 0)}
    assert (found.record, registers.survey(ring)) == (21, registers.Condition(records=21))


def test_a_chip_that_the_first_layout_was_written_to_is_read():
    # By the firmware that had no other; three of its 24 registers.
    data = chips.whole_chip(registers=BEFORE.read_bytes())
    ring = registers.open_ring(FlashImage("chip", data, chips.PLACES))
    found = registers.newest_values(ring)
    assert (found.missing, found.values[3]) == ([], Value(500, 0))
    assert (found.values[68], found.values[70]) == (Value(399, 2_400_000), Value(877, 0))
    condition = registers.survey(ring)
    assert (condition.damaged, condition.torn, condition.lost, condition.disorder) == ([], [], 0, 0)


def test_both_layouts_in_one_sector_are_followed():
    first = chips.register_record(1, 1, [(64, 1_000, 5), (68, 999, 7)])
    later = [by_hand.register_record(1, 2 + n, [(64, 1_001 + n, 6)], every=False) for n in (0, 1)]
    head = chips.head(b"R", 1, bytes([chips.SUBMETER, 1]))
    data = chips.whole_chip(registers=chips.sector(head, first, bytes(68), *later))
    ring = registers.open_ring(FlashImage("chip", data, chips.PLACES))
    assert registers.newest_values(ring).values == {64: Value(1_002, 6), 68: Value(999, 7)}
    assert registers.survey(ring) == registers.Condition(records=3)


@cache
def small_chip():
    """A chip's bytes, and where its first record begins, the second, the last and the end."""
    data = chips.whole_chip(registers=chips.small_registers())
    at = chips.PLACES["registers"][0] + 32
    starts = [at]
    while data[starts[-1]] != 0xFF:
        starts.append(starts[-1] + 4 * data[starts[-1]])
    return bytes(data), starts[0], starts[1], starts[-2], starts[-1]


@often
@given(st.data())
def test_a_flipped_bit_in_a_small_record_is_seen_and_costs_that_record(choose):
    data, first, second, last, _ = small_chip()
    data = bytearray(data)
    at = choose.draw(st.integers(first, last - 1))
    data[at] ^= 1 << choose.draw(st.integers(0, 7))
    ring = registers.open_ring(FlashImage("chip", data, chips.PLACES))
    condition = registers.survey(ring)
    assert (condition.records, len(condition.damaged), condition.lost) == (20, 1, 0)
    if at >= second:
        assert registers.newest_values(ring).values == {64: Value(15, 20), 68: Value(270, 0)}


@often
@given(st.data())
def test_a_small_record_cut_off_anywhere_is_no_damage(choose):
    data, _, _, last, end = small_chip()
    data = bytearray(data)
    at = choose.draw(st.integers(last + 1, end - 1))
    data[at:end] = b"\xff" * (end - at)
    ring = registers.open_ring(FlashImage("chip", data, chips.PLACES))
    condition = registers.survey(ring)
    assert (condition.records, condition.damaged, len(condition.torn)) == (20, [], 1)
    assert registers.newest_values(ring).values == {64: Value(14, 19), 68: Value(269, 0)}


@settings_of_test(often, max_examples=3)
@given(st.binary(max_size=63))
def test_whole_records_that_are_senseless_never_end_in_a_traceback(image, filler):
    body = b"\x11\x01" + filler.ljust(63, b"\x5a")[:63]
    record = body + chips.u24(chips.crc24(body, chips.start_of(1)))
    head = chips.head(b"R", 1, bytes([1, 2, 2]))
    all_commands(image(chips.whole_chip(registers=chips.sector(head, record))))


@often
@given(st.integers(0, 8 * 5 * 64 - 1))
def test_no_flipped_bit_in_an_event_stays_unseen(bit):
    data = bytearray(WHOLE)
    data[chips.PLACES["events"][0] + 64 + bit // 8] ^= 1 << bit % 8
    assert wrong(data)


def test_places_that_a_start_gave_up_are_no_damage_and_hide_none():
    nothing = bytes(64)
    one = chips.event_record(chips.FIRST_HASH, 1)
    two = chips.event_record(one[48:], 2)
    three = chips.event_record(two[48:], 3)
    head = chips.event_head(1, 1, chips.FIRST_HASH)
    rest = chips.event_chain(3, 3, two[48:])
    data = chips.whole_chip(events=chips.sector(head, one, nothing, nothing, nothing, two, *rest))
    assert wrong(data) == []
    # A record that somebody has wiped out is missed by the one after the next.
    rest = chips.event_chain(4, 4, three[48:])
    data = chips.whole_chip(events=chips.sector(head, one, nothing, three, *rest))
    assert "events: event 2 removed: before sector 0, slot 3" in wrong(data)
