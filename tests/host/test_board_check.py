"""tomo board check: each rule once, by a change of submeter6's rows that breaks just that rule.

Pins: ESP32 data sheet (34 to 39 input only; 0, 2, 5, 12, 15 strapping; 6 to 11 flash; 1, 3 UART 0).
"""

import json
import shutil

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo.board.check import check, uses
from tomo.board.read import parts_of, read_board
from tomo.board.sound import BoardUnsound
from tomo.checkout import OWN_BOARDS, boards
from tomo.cli.app import app
from tomo.errors import HostError
from tomo.transport.desk_node import Desk

TEXTS = {
    name: (ROOT / "boards" / name / "board.py").read_text(encoding="utf-8")
    for name in ("submeter6", "streetlight")
}
RELAY_6 = "(6, 33, 1, 0)"


def changed(tmp_path, old, new, name="submeter6"):
    text = TEXTS[name]
    assert text.count(old) == 1, old
    path = tmp_path / name / "board.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new), encoding="utf-8")
    line = 1 + text[: text.index(old)].count("\n")
    return path, line


@pytest.mark.parametrize("name", boards())
def test_the_boards_of_the_checkout_are_sound(name):
    assert [finding.what for finding in check(parts_of(name)) if finding.fails] == []


def test_what_is_only_worth_a_look_fails_nothing():
    looks = [(finding.what, finding.fails) for finding in check(parts_of("submeter6"))]
    assert looks == [("GPIO 5 (chip1 select) is a strapping pin", False)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('NAME = "submeter6"', 'NAME = "panel"', "NAME is 'panel', its folder 'submeter6'"),
        (RELAY_6, "(6, 13, 1, 0)", "GPIO 13 (circuit 6 relay) is circuit 1 relay, too"),
        (RELAY_6, "(6, 37, 1, 0)", "GPIO 37 (circuit 6 relay) cannot drive"),
        (RELAY_6, "(6, 9, 1, 0)", "GPIO 9 (circuit 6 relay) belongs to the flash"),
        (RELAY_6, "(6, 1, 1, 0)", "GPIO 1 (circuit 6 relay) is the console's"),
        (RELAY_6, "(6, 24, 1, 0)", "GPIO 24 (circuit 6 relay) does not exist"),
        (RELAY_6, "(6, 40, 1, 0)", "GPIO 40 (circuit 6 relay) does not exist"),
        (RELAY_6, "(6, 33, 1, 1)", "load 6 is energised in reset"),
        (RELAY_6, "(6, 33, 0, 0)", "load 6 is energised in reset"),
        (RELAY_6, "(6, 33, 2, 0)", "levels 2 and 0"),
        (RELAY_6, "(7, 33, 1, 0)", "circuit 7 has no meter"),
        ("(4, 5, 6), (7", "(4, 5, 8), (7", "circuits [1, 2, 3, 4, 5, 6, 8]"),
        (RELAY_6, "(6, 33, 1)", "(6, 33, 1) is no such row"),
        (RELAY_6, "(6, 33, 1, 0, 14)", "(6, 33, 1, 0, 14) is no such row"),
        (RELAY_6, "(6, 33, 1, 0, 14, 50, 1)", "50, 1) is no such row"),
        (RELAY_6, "(6, 33, 1, 0, 33, 50)", "(circuit 6 opening coil) is circuit 6 closing coil"),
        (RELAY_6, "(6, 33, 1, 0, 13, 50)", "GPIO 13 (circuit 6 opening coil) is circuit 1 relay"),
        (RELAY_6, "(6, 37, 1, 0, 14, 50)", "GPIO 37 (circuit 6 closing coil) cannot drive"),
        (RELAY_6, "(6, 33, 1, 0, 37, 50)", "GPIO 37 (circuit 6 opening coil) cannot drive"),
        (RELAY_6, "(6, 33, 1, 1, 14, 50)", "a coil of circuit 6 is driven in reset"),
        (RELAY_6, "(6, 33, 1, 2, 14, 50)", "levels 1 and 2"),
        (RELAY_6, "(6, 33, 1, 0, 14, 9)", "a pulse of 9 ms"),
        (RELAY_6, "(6, 33, 1, 0, 14, 1_001)", "a pulse of 1001 ms"),
        (
            RELAY_6,
            ", ".join(f"(6, {pin}, 0, 1, {pin + 1}, 1_000)" for pin in (16, 18, 21, 22, 33)),
            "pulses of more than 4000 ms in all",
        ),
        (RELAY_6, '(6, "33", 1, 0)', "is no such row"),
        ('"chip1", "atm90e32"', '"chip1", "atm90e26"', "unknown chip 'atm90e26'"),
        ('"chip2", "atm90e32", "meter-spi"', '"chip2", "atm90e32", "spi"', "no bus 'spi' of kind"),
        ('"meter-spi", "spi", 2', '"meter-spi", "can", 2', "unknown kind of bus"),
        ('"meter-spi", 4, (4', '"meter-spi", 5, (4', "two chips at 5 of meter-spi"),
        ("(4, 5, 6), (7", "(3, 5, 6), (7", "two meters on circuit 3"),
        ("(4, 5, 6), (7", "(4, 5), (7", "circuit 6 has no meter"),
        ("(4, 5, 6), (7", "(4, 5, 6, 7), (7", "chip2 has 3 channels, for 4 circuits"),
        ("(4, 5, 6), (7_305, 11_143, 3_200)", "(4, 5, 6), (7_305,)", "needs 3 figures above 0"),
        ('("load", 35, 15)', '("lod", 35, 15)', "unknown sense 'lod'"),
        ('("load", 35, 15)', '("grid", 35, 15)', "a second sense 'grid'"),
        ('    ("load", 35, 15),\n', "", "no sense 'load'"),
        ('("grid-level", 39, 100)', '("grid-level", 14, 100)', "beside Wi-Fi is on GPIO 32 to 39"),
        ('"chip2"', '"chip1"', "a second chip 'chip1'"),
        ('("contact", 36, 1)', '("contact", 36, 2)', "level 2"),
        ('"spi", 2, 18', '"spi", 0, 18', "no spi port 0 is free"),
        ("19, 1_000_000)", "19, 0)", "0 as the speed of meter-spi"),
        ('("meter-spi", "spi"', '(5, "spi"', "is no such row"),
        ("WATCHDOG_MS = const(8_000)", "", "no WATCHDOG_MS"),
        ('("load", 35, 15)', '("load", 35, 15, 2)', "level 2"),
        ('("contact", 36, 1)', '("contact", 36, 1, 1)', "is no such row"),
        ('("contact", 36, 1)', '("supply", 36, 300, 2)', "level 2"),
        ('("contact", 36, 1)', '("supply", 36, 0)', "supply: a figure below its range"),
        ("LAMPS = ()", "LAMPS = ((1, 2, 9, 1), (2, 15, 9, 1))", "more than one lamp"),
        ("LAMPS = ()", "LAMPS = ((7, 2, 9, 1),)", "lamp 7 has no relay"),
        (
            "PHOTOCELLS = ()",
            'PHOTOCELLS = (("sky", "bh1750", "i", 35),)',
            "a photocell for no lamp",
        ),
    ],
)
def test_what_is_wrong_is_told(tmp_path, old, new, told):
    path, _line = changed(tmp_path, old, new)
    found = [finding.what for finding in check(read_board(path)) if finding.fails]
    assert any(told in what for what in found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"uart", 1, 17', '"uart", 0, 17', "no uart port 0 is free"),
        ("22, 21),", '22, 21),\n    ("u", "uart", 1, 18, 19, 9_600),', "bus on uart port 1"),
        ('"sky-i2c", "i2c"', '"meter-uart", "i2c"', "a second bus 'meter-uart'"),
        ('"meter-uart", 0, (1,)', '"meter-uart", 4, (1,)', "bl0942 at address 4"),
        ("0x23", "0x24", "bh1750 at address 0x24"),
        ("17, 16, 9_600", "17, 16, 115_200", "115200 as the speed of meter-uart, with bl0942"),
        ("LAMPS = ((1, 25", "LAMPS = ((2, 25", "lamp 2 has no relay"),
        ("25, 1_000, 1),)", "25, 0, 1),)", "0 Hz as the dimming's frequency"),
        ("25, 1_000, 1),)", "25, 1_000, 2),)", "level 2"),
        ("1_000, 1),)", "1_000, 1), (1, 26, 1_000, 1))", "a second lamp on circuit 1"),
    ],
)
def test_what_is_wrong_with_a_lamp_is_told(tmp_path, old, new, told):
    path, line = changed(tmp_path, old, new, "streetlight")
    found = [(finding.what, finding.line) for finding in check(read_board(path)) if finding.fails]
    lines = [at for what, at in found if told in what]
    assert lines in ([line], [line + 1]), found


@pytest.mark.parametrize("speed", [4_800, 9_600])
def test_a_bl0942_can_be_as_fast_as_its_pin_says(tmp_path, speed):
    path, _line = changed(tmp_path, "17, 16, 9_600", f"17, 16, {speed}", "streetlight")
    assert told(path.parent) == []


@pytest.mark.parametrize(
    ("chip", "place", "what", "remedy"),
    [
        ("cell", 0x07, "cell at address 0x07", "It is from 0x08 to 0x77."),
        ("cell", 0x78, "cell at address 0x78", "0x78 is the address with its read/write bit? Then"),
        ("cell", 0x90, "cell at address 0x90", "read/write bit? Then 0x48."),
        ("cell", 0x91, "cell at address 0x91", "read/write bit? Then 0x48."),
        ("cell", 0x123, "cell at address 0x123", "It is from 0x08 to 0x77."),
        ("cell", -1, "cell at address -0x1", "It is from 0x08 to 0x77."),
        ("bh1750", 0x46, "bh1750 at address 0x46", "read/write bit? Then 0x23."),
        ("bh1750", 0x90, "bh1750 at address 0x90", "It can have 0x23, 0x5c."),
    ],
)
def test_an_address_of_i2c_has_seven_bits(tmp_path, chip, place, what, remedy):
    row = f'"{chip}", "sky-i2c", {place:#x}'
    path, _line = changed(tmp_path, '"bh1750", "sky-i2c", 0x23', row, "streetlight")
    (path.parent / "cell.py").write_text("class Driver: pass", encoding="utf-8")
    ((found, then),) = told(path.parent)
    assert found == what
    assert remedy in then


def test_every_other_address_of_i2c_is_free_to_an_own_chip(tmp_path):
    for place in (0x08, 0x77):
        row = f'"cell", "sky-i2c", {place:#x}'
        path, _line = changed(tmp_path, '"bh1750", "sky-i2c", 0x23', row, "streetlight")
        (path.parent / "cell.py").write_text("class Driver: pass", encoding="utf-8")
        assert told(path.parent) == []


def test_two_chips_at_an_address_of_i2c_are_told_in_hex(tmp_path):
    row = '("photocell", "bh1750", "sky-i2c", 0x23),'
    twice = row + row.replace("photocell", "other")
    path, _line = changed(tmp_path, row, twice, "streetlight")
    assert "two chips at 0x23 of sky-i2c" in [what for what, _remedy in told(path.parent)]


def test_a_folder_named_by_dots_is_known_by_its_name(tmp_path, monkeypatch):
    path, _line = changed(tmp_path, RELAY_6, RELAY_6)
    (path.parent / "sub").mkdir()
    monkeypatch.chdir(path.parent / "sub")
    assert CliRunner().invoke(app, ["board", "check", ".."]).exit_code == 0


def test_pins_are_shown_of_a_board_that_is_wrong(tmp_path):
    path, _line = changed(tmp_path, RELAY_6, "(6, 37, 1, 0)")
    told = CliRunner().invoke(app, ["board", "check", str(path), "--json"]).stdout.splitlines()
    relay = {"pin": 37, "part": "circuit 6", "signal": "relay"}
    assert relay in [json.loads(line) for line in told]


def test_both_pins_of_a_latching_relay_are_shown(tmp_path):
    path, _line = changed(tmp_path, RELAY_6, "(6, 33, 0, 1, 14, 50)")
    assert told(path.parent) == []
    of_6 = [
        (use.pin, use.signal, use.drives)
        for use in uses(read_board(path))
        if use.part == "circuit 6"
    ]
    assert of_6 == [(33, "closing coil", True), (14, "opening coil", True)]


def test_it_is_told_with_its_line_and_status_1(tmp_path):
    path, line = changed(tmp_path, RELAY_6, "(6, 37, 1, 0)")
    done = CliRunner().invoke(app, ["board", "check", str(path.parent)])
    assert isinstance(done.exception, HostError)
    assert done.exception.exit_code == 1
    told = " ".join(done.stderr.split())
    assert f"board.py:{line}: GPIO 37 (circuit 6 relay) cannot drive. 34 to 39 are" in told


def test_a_sound_board_shows_every_pin_as_json():
    done = CliRunner().invoke(app, ["board", "check", "submeter3", "--json"])
    assert done.exit_code == 0
    told = [json.loads(line) for line in done.stdout.splitlines()]
    # By hand from boards/submeter3/board.py.
    assert sorted(one["pin"] for one in told) == [18, 19, 21, 23, 25, 26, 27, 34, 35, 39]
    assert len(told) == len(uses(parts_of("submeter3")))


PLUGS = ROOT / "examples" / "plugs"


@pytest.fixture
def own(tmp_path):
    """The folder of a board with a driver of its own."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "image.py").touch()  # which its manifest includes
    return shutil.copytree(PLUGS, tmp_path / "examples" / "plugs")


def told(folder, fails=True):
    read_board.cache_clear()
    found = check(read_board(folder / "board.py"))
    return [(one.what, one.remedy) for one in found if one.fails is fails]


def test_a_board_with_its_own_driver_is_sound(own):
    assert told(own) == told(own, False) == []


@pytest.mark.parametrize(
    ("channels", "what", "fails"),
    [
        ("2", "pzem004t measures 2 circuits, left names 1", False),
        ("0", "pzem004t measures 0 circuits, left names 1", True),
    ],
)
def test_a_drivers_channels_are_held_against_the_circuits_of_its_row(own, channels, what, fails):
    path = own / "pzem004t.py"
    text = path.read_text(encoding="utf-8")
    assert text.count("channels = 1\n") == 1
    path.write_text(text.replace("channels = 1\n", f"channels = {channels}\n"), encoding="utf-8")
    assert what in [one for one, _remedy in told(own, fails)]


@pytest.mark.parametrize(
    ("old", "new", "remedy"),
    [
        ('"meter", "bl0942"', '"meter", "bl0924"', "Did you mean 'bl0942'? Known: "),
        ('"meter", "bl0942"', '"meter", "toy-3"', "own is the name of a module."),
        ('"bl0942", "meter-uart"', '"bl0942", "meter-urat"', "Did you mean 'meter-uart'?"),
    ],
)
def test_a_misspelt_word_is_told_what_it_may_be(tmp_path, old, new, remedy):
    path, _line = changed(tmp_path, old, new, "streetlight")
    assert any(remedy in each for _what, each in told(path.parent))


def test_an_own_chip_without_its_driver_is_unknown_at_its_row(own):
    (own / "pzem004t.py").unlink()
    found = check(read_board(own / "board.py"))
    first, second = [one for one in found if one.fails and not one.file]
    lines = (own / "board.py").read_text(encoding="utf-8").splitlines()
    assert '"left"' in lines[first.line - 1]
    assert '"right"' in lines[second.line - 1]
    assert first.what == "unknown chip 'pzem004t'"
    assert "write pzem004t.py beside board.py" in first.remedy


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("pzem004t.py", "class Driver", "class Other", "pzem004t.py has no class Driver"),
        ("pzem004t.py", "class Driver", "class Driver(", "pzem004t.py cannot be read"),
        ("manifest.py", 'module("pzem004t.py")', "", "pzem004t.py is in no image"),
        ("board.py", "(1,), ())", "(1, 1), ())", "two meters on circuit 1"),
        ("board.py", '"plug-uart", 1', '"plug", 1', "no bus 'plug'"),
        ("board.py", '"pzem004t", "plug-uart", 2', '"board", "plug-uart", 2', "no class Driver"),
    ],
)
def test_what_is_wrong_with_an_own_chip_is_told(own, name, old, new, what):
    text = (own / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (own / name).write_text(text.replace(old, new), encoding="utf-8")
    assert any(what in found for found, _remedy in told(own))


def test_an_own_photocell_needs_its_driver_and_its_bus(tmp_path):
    path, _line = changed(tmp_path, '"bh1750", "sky-i2c"', '"cell", "sky-i2c"', "streetlight")
    assert [what for what, _remedy in told(path.parent)] == ["unknown chip 'cell'"]
    (path.parent / "cell.py").write_text("class Driver: pass", encoding="utf-8")
    assert told(path.parent) == []


def test_a_missing_model_is_worth_a_look(own):
    (own / "pzem004t_model.py").unlink()
    assert told(own) == []
    assert {what for what, _remedy in told(own, False)} == {"no pzem004t_model.py"}


def test_the_select_pin_of_an_own_chip_on_spi_is_a_pin(own):
    text = (own / "board.py").read_text(encoding="utf-8")
    text = text.replace('"uart", 2, 17, 16, 9_600', '"spi", 2, 18, 23, 19, 1_000_000')
    (own / "board.py").write_text(text, encoding="utf-8")
    assert any("GPIO 1 (left select) is the console's" in what for what, _remedy in told(own))


def beside(folder, name, text):
    """What is found in a file beside the board: (line, what)."""
    (folder / name).write_text(text, encoding="utf-8")
    read_board.cache_clear()
    found = check(read_board(folder / "board.py"))
    return [(one.line, one.what) for one in found if one.fails and one.file == name]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('include("gone.py")', ["no gone.py"]),
        ('include("sub")', ["no sub"]),
        ('module("gone.py")', ["no gone.py"]),
        ('module("gone.py", base_path="sub")', ["no sub/gone.py"]),
        ('module("gone.py", "sub")', ["no sub/gone.py"]),
        ('include("$(MPY_DIR)/gone.py")', []),
        ('module("gone.py", base_path=BASE)', []),
        ("include(BASE)", []),
        ('module("board.py", base_path="../plugs")', []),
        ("include(", ["cannot be read: '(' was never closed"]),
    ],
)
def test_a_manifest_names_files_that_are_there(own, text, what):
    text = f'module("pzem004t.py")\n{text}'
    assert beside(own, "manifest.py", text) == [(2, each) for each in what]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("async def run(app:", 2, "cannot be read: '(' was never closed"),
        ("def make():\n    JOBS = ()", 1, "no JOBS"),
        ('JOBS = (("a", run),)', 2, "JOBS: ('a', run) is no such row"),
        ('JOBS = ("a", run, 5)', 2, "JOBS: 'a' is no such row"),
        ('JOBS = [("a", run, 5), (1, run, 5)]', 2, "JOBS: (1, run, 5) is no such row"),
        ('JOBS = (("a", "run", 5),)', 2, "JOBS: ('a', 'run', 5) is no such row"),
        ('JOBS = (\n    ("a", run, 0),\n)', 3, "JOBS: ('a', run, 0) is no such row"),
        ('JOBS = (("a", run, 3_600_001),)', 2, "JOBS: ('a', run, 3600001) is no such row"),
        ('JOBS = (("a", run, -5),)', 2, "JOBS: ('a', run, -5) is no such row"),
        ("JOBS = None", 2, "JOBS: None is no such row"),
    ],
)
def test_what_is_wrong_with_an_app_is_told_with_its_line(own, text, line, what):
    found = beside(own, "app.py", f"import asyncio\n{text}\n")
    assert (line, what) in [(at, told) for at, told in found]


@pytest.mark.parametrize(
    "text", ["JOBS = ()", "from jobs import JOBS", 'JOBS = (("a", run, LONG), *MORE, row())']
)
def test_an_app_that_only_running_would_tell_of_is_let_be(own, text):
    assert beside(own, "app.py", text) == []


def test_the_app_of_the_examples_is_sound():
    assert check(read_board(ROOT / "examples" / "app" / "board.py")) == []


def test_what_is_wrong_in_an_app_is_told_with_its_file(own):
    (own / "app.py").write_text("import asyncio\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["board", "check", str(own)])
    assert "app.py:1: no JOBS." in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (RELAY_6, "(7, 33, 1, 0)", "circuit 7 has no meter"),
        (RELAY_6, "(9, 33, 1, 0)", "circuit 9 among circuits [1, 2, 3, 4, 5, 6, 9]"),
        (RELAY_6, "(0, 33, 1, 0)", "circuit 0, the main conductor, has a relay or a lamp"),
        ("(4, 5, 6), (7", "(4, 5, 8), (7", "circuit 8 among circuits [1, 2, 3, 4, 5, 6, 8]"),
    ],
)
def test_a_circuit_is_told_at_the_row_that_brings_it(tmp_path, old, new, what):
    path, line = changed(tmp_path, old, new)
    assert (line, what) in [(one.line, one.what) for one in check(read_board(path))]


def test_what_is_to_mend_and_to_know_is_counted_apart(tmp_path):
    path, _line = changed(tmp_path, RELAY_6, "(6, 37, 1, 0)")
    done = CliRunner().invoke(app, ["board", "check", str(path)])
    assert str(done.exception).endswith(": 1 to mend, 1 to know")


def test_a_bus_that_a_misspelt_row_may_mean_is_not_to_be_left_out(own):
    text = (own / "board.py").read_text(encoding="utf-8")
    (own / "board.py").write_text(text.replace('4t", "plug-uart"', '4t", "plug"'), encoding="utf-8")
    assert "no bus 'plug'" in [what for what, _remedy in told(own)]
    assert told(own, False) == []


@pytest.mark.parametrize(
    ("old", "new"), [(RELAY_6, "(6, 37, 1, 0)"), (RELAY_6, "(6, 33)"), ('"spi", 2', '"can", 2')]
)
def test_a_board_that_is_refused_is_not_booted_and_says_why(tmp_path, monkeypatch, old, new):
    path, line = changed(tmp_path, old, new)
    own = path.parent.rename(tmp_path / "panel") / "board.py"
    own.write_text(own.read_text(encoding="utf-8").replace('"submeter6"', '"panel"'), "utf-8")
    scenario = tmp_path / "panel.toml"
    text = (ROOT / "scenarios" / "blackout.toml").read_text(encoding="utf-8")
    scenario.write_text(text.replace('board = "submeter6"', 'board = "panel"'), encoding="utf-8")
    monkeypatch.setenv(OWN_BOARDS, str(own.parent))
    monkeypatch.setattr(Desk, "arguments", lambda _self: ["false"])  # what is started, ends
    for command in (["desk", "panel", "--ip", ""], ["site", "run", str(scenario)]):
        refused = CliRunner().invoke(app, command).exception
        assert isinstance(refused, BoardUnsound)
        assert refused.exit_code == 1
        assert refused.hint.startswith(f"{own}:{line}: ")


def test_a_hold_up_in_which_nothing_can_be_saved_is_told_and_fails_nothing(tmp_path):
    for hold_up_ms, told in ((300, 0), (199, 1)):
        new = f'("supply", 36, {hold_up_ms})'
        path, line = changed(tmp_path / str(hold_up_ms), '("contact", 36, 1)', new)
        found = check(read_board(path))
        assert not [finding for finding in found if finding.fails]
        said = [finding.line for finding in found if "holds up" in finding.what]
        assert said == [line] * told
