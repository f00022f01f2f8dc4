"""`tomo settings` on images and folders: what it shows, refuses, keeps and writes."""

import json

import pytest
from typer.testing import CliRunner

from tests.host import chips
from tomo.cli.settings import app
from tomo.errors import HostError
from tomo.transport.desk_node import lock_folder

HALF = chips.PLACES["settings"][1] // 2
DOCUMENT = {
    "name": "panel",
    "line_hz": 60,
    "wifi_password": "do not tell",
    "places": {"028D01": "08"},
    "future": {"a": 1},
    "loads": [{"name": "one", "tier": 0}, {"tier": 3}],
}


def tomo(*arguments):
    """(status, standard output, error as told)"""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, HostError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def chip(tmp_path):
    """The image of a desk node's folder, with DOCUMENT in it."""
    (tmp_path / "flash.bin").write_bytes(chips.whole_chip(settings=chips.settings(DOCUMENT)))
    return tmp_path / "flash.bin"


def stored(chip):
    """(sequence, document) of both copies, decoded by hand."""
    offset, _ = chips.PLACES["settings"]
    data = chip.read_bytes()
    found = []
    for half in (data[offset : offset + HALF], data[offset + HALF : offset + 2 * HALF]):
        length = int.from_bytes(half[8:12], "little")
        document = json.loads(half[32 : 32 + length])
        sequence = int.from_bytes(half[4:8], "little")
        assert half == chips.copy(b"S", sequence, document, HALF)
        found.append((sequence, document))
    return found


def test_show_tells_every_setting_and_no_secret(chip):
    status, out, told = tomo("show", chip, "--json")
    rows = {row["key"]: row for row in map(json.loads, out.splitlines())}
    assert status == 0
    assert rows["line_hz"] == {
        "key": "line_hz", "value": 60, "unit": "Hz", "allowed": "50 or 60 Hz", "default": 50,
        "given": True, "applies": "after restart", "who": "technician",
        "text": "Nominal frequency of the grid.",
    }  # fmt: skip
    assert (rows["wifi_password"]["value"], rows["wifi_password"]["given"]) == (None, True)
    assert (rows["loads.0.tier"]["value"], rows["loads.1.name"]["value"]) == (0, "")
    assert "future is not a setting known here; kept" in told
    assert "places" not in told
    place = rows["places.028D01"]
    assert (place["value"], place["given"], place["who"]) == ("08", True, "technician, controller")
    table = tomo("show", chip)[1]
    assert "do not tell" not in out + table
    assert "(secret)" in table


def test_the_list_has_every_setting_and_needs_no_node():
    status, out, told = tomo("list", "--json")
    rows = {row["key"]: row for row in map(json.loads, out.splitlines())}
    assert (status, told) == (0, "")
    assert rows["ride_ms"] == {
        "key": "ride_ms", "kind": "integer", "allowed": "40 to 1000 ms", "unit": "ms",
        "default": 120, "applies": rows["ride_ms"]["applies"], "who": "technician",
        "text": "Darkness ridden through before loads are cut in advance.",
    }  # fmt: skip
    assert set(rows) > {"name", "wifi_password", "loads.NUMBER.tier", "places.OBJECT"}
    table = tomo("list")[1]
    assert all(key in table for key in rows)


def test_a_stored_value_that_the_node_refuses_is_marked(chip):
    chip.write_bytes(chips.whole_chip(settings=chips.settings({"line_hz": 55})))
    assert "55 Hz: refused, the default counts" in tomo("show", chip)[1]


def test_export_leaves_secrets_out_unless_asked_and_import_takes_it_back(chip, tmp_path):
    public = {key: value for key, value in DOCUMENT.items() if key != "wifi_password"}
    status, out, told = tomo("export", chip)
    assert (status, json.loads(out)) == (0, public)
    assert "left out: wifi_password" in told
    assert tomo("export", chip, tmp_path / "x.json", "--with-secrets")[0] == 0
    assert json.loads((tmp_path / "x.json").read_text()) == DOCUMENT
    assert tomo("defaults", chip)[0] == 0
    assert stored(chip) == [(6, {}), (7, {})]
    assert tomo("import", chip, tmp_path / "x.json")[0] == 0
    assert stored(chip) == [(8, DOCUMENT), (9, DOCUMENT)]


def test_import_leaves_what_the_file_does_not_hold(chip, tmp_path):
    document = {"line_hz": 50, "new": 7, "loads": [{"tier": 1}], "places": {"028D02": "10"}}
    (tmp_path / "x.json").write_text(json.dumps(document))
    status, _, told = tomo("import", tmp_path, tmp_path / "x.json")
    assert status == 0
    assert "new is not a setting known here; kept" in told
    wanted = DOCUMENT | {
        "line_hz": 50,
        "new": 7,
        "loads": [{"name": "one", "tier": 1}, {"tier": 3}],
        "places": {"028D01": "08", "028D02": "10"},
    }
    assert stored(chip)[1] == (7, wanted)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ('{"line_hz": 55}', "line_hz may be 50 or 60 Hz, not 55"),
        ('{"line_hz": "50"}', "line_hz may be 50 or 60 Hz, not '50'"),
        ('{"ride_ms": 39}', "ride_ms may be 40 to 1000 ms, not 39"),
        (
            '{"places": {"028D01": "8"}}',
            "places.028D01 may be 1 or 17 bytes in hexadecimal, not '8'",
        ),
        ('{"places": []}', "places must be an object"),
        ('{"line_hz": 50.0}', "line_hz may be 50 or 60 Hz, not 50.0"),
        ('{"loads": [{"locked_off": false}]}', "loads.0.locked_off may be 0 to 1, not False"),
        ('{"island_surge_w": 0.0}', "island_surge_w may be 0 to 200000 W, not 0.0"),
        ('{"ride_ms": true}', "ride_ms may be 40 to 1000 ms, not True"),
        ('{"wifi_password": "short"}', "wifi_password may be 8 to 63 characters, or none, not wh"),
        ('{"name": "x", "loads": [{}, {"tier": 5}]}', "loads.1.tier may be 0 to 4, not 5"),
        ('{"loads": [3]}', "loads.0 must be an object"),
        ('{"loads": {}}', "loads must be a list"),
        ('{"ride_ms": 1, "line_v": 1}', "; "),
        ("[]", "holds no JSON object"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_an_import_with_one_bad_value_writes_nothing(chip, tmp_path, document, told):
    before = chip.read_bytes()
    (tmp_path / "x.json").write_text(document)
    status, _, error = tomo("import", chip, tmp_path / "x.json")
    assert status == 1
    assert told in error
    assert "short" not in error
    assert chip.read_bytes() == before


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("line_hz", "50", 50),
        ("lamp_role", "evacuation", "evacuation"),
        ("name", "12", "12"),
        ("name", "", ""),
        ("longitude_e4", "-10", -10),
        ("wifi_password", "another one", "another one"),
    ],
)
def test_set_takes_a_value_in_the_settings_own_kind(chip, key, typed, value):
    status, _, told = tomo("set", chip, "--", key, typed)
    assert (status, stored(chip)[1]) == (0, (7, DOCUMENT | {key: value}))
    assert "starts next" in told  # no node runs that could take it at once


def test_set_reaches_places(chip):
    assert tomo("set", chip, "places.0EF001", "0108")[0] == 1
    assert tomo("set", chip, "places.028d01", "10")[0] == 2
    assert tomo("set", chip, "places.000D01", "10")[0] == 0
    assert stored(chip)[1][1]["places"] == {"028D01": "08", "000D01": "10"}


def test_set_reaches_loads_and_makes_the_next_one(chip):
    assert tomo("set", chip, "loads.1.rated_w", "900")[0] == 0
    assert tomo("set", chip, "loads.2.tier", "2")[0] == 0
    loads = [*DOCUMENT["loads"][:1], {"tier": 3, "rated_w": 900}, {"tier": 2}]
    assert stored(chip)[1][1]["loads"] == loads
    status, _, told = tomo("set", chip, "loads.5.tier", "2")
    assert (status, told) == (1, "no loads.5: there are 3 loads, counted from 0")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("name", "panel"),
        ("line_hz", "60"),
        ("ride_ms", "120"),  # the default
        ("wifi_password", "(secret)"),
        ("loads.1.tier", "3"),
        ("loads.0.rated_w", "1500"),
        ("loads.9.tier", "4"),
        ("places.028D01", "08"),
        ("places.000D01", "00"),
    ],
)
def test_get_prints_one_value_and_nothing_else(chip, key, told):
    assert tomo("get", chip, key) == (0, told + "\n", "")


def test_get_tells_programs_the_range_too_and_people_what_is_wrong(chip):
    told = json.loads(tomo("get", chip, "loads.1.tier", "--json")[1])
    assert (told["key"], told["value"], told["default"]) == ("loads.1.tier", 3, 4)
    assert tomo("get", chip, "lines_hz")[0] == 2
    chip.write_bytes(chips.whole_chip(settings=chips.settings({"line_hz": 55})))
    status, out, told = tomo("get", chip, "line_hz")
    assert (status, out) == (4, "")
    assert "holds 55 for line_hz, which may be 50 or 60 Hz" in told


@pytest.mark.parametrize(
    ("key", "typed", "status", "told"),
    [
        ("ride_ms", "1001", 1, "ride_ms may be 40 to 1000 ms, not 1001: nothing was written"),
        ("ride_ms", "4e2", 1, "ride_ms may be 40 to 1000 ms, not '4e2': nothing was written"),
        ("wifi_password", "short", 1, "wifi_password may be 8 to 63 characters, or none, not that"),
        ("ride", "40", 2, "no setting 'ride'"),
        ("loads.tier", "1", 2, "no setting 'loads.tier'"),
        ("loads.99.tier", "1", 2, "no setting 'loads.99.tier'"),
        ("loads.x.tier", "1", 2, "no setting 'loads.x.tier'"),
    ],
)
def test_what_may_not_be_set_is_refused_and_nothing_changes(chip, key, typed, status, told):
    before = chip.read_bytes()
    done = tomo("set", chip, key, typed)
    assert done[0] == status
    assert told in done[2]
    assert chip.read_bytes() == before


def test_settings_are_not_written_under_a_running_node(chip, tmp_path):
    lock = lock_folder(tmp_path)
    before = chip.read_bytes()
    for target in (chip, tmp_path):
        for command in (("set", target, "line_hz", "50"), ("defaults", target)):
            status, _, told = tomo(*command)
            assert status == 5
            assert told.startswith(f"a node runs in {tmp_path}: its chip is not to be written")
    assert tomo("show", tmp_path)[0] == 0
    assert chip.read_bytes() == before
    lock.close()
    assert tomo("set", tmp_path, "line_hz", "50")[0] == 0


def test_lost_settings_are_told_and_can_be_put_back_to_defaults(chip):
    chip.write_bytes(chips.whole_chip(settings=b"\0" * 2 * HALF))
    status, _, told = tomo("show", chip)
    assert status == 1
    assert "the settings are lost, neither copy is whole" in told
    assert tomo("defaults", chip)[0] == 0
    assert stored(chip) == [(1, {}), (2, {})]


def test_a_blank_chip_has_all_defaults(chip):
    chip.write_bytes(chips.chip())
    status, out, _ = tomo("show", chip, "--json")
    assert status == 0
    assert not any(json.loads(line)["given"] for line in out.splitlines())
