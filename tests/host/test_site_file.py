"""tomo.site: what a site file may say, and what it is told when it says something else.

Each case changes the shipped example at one place; lines are found by their text there.
"""

import json
import time

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo.checkout import OWN_BOARDS
from tomo.cli.app import app
from tomo.errors import HostError, UsageError
from tomo.site.read import SiteError, look, read

EXAMPLE = ROOT / "examples" / "site.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
CONFIRM = 'confirm = "circuit 3 feeds this node and may be shed"\n'
SHOP = 'name = "shop"\nboard = "submeter6"\n'


def line_of(words, text=TEXT):
    """The last line of the first place where these words stand."""
    return text[: text.index(words) + len(words.rstrip("\n"))].count("\n") + 1


@pytest.fixture
def site(tmp_path):
    """site(old, new, …): what is found in the example with these places changed."""

    def found(*changes):
        text = TEXT
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "x.toml"
        path.write_text(text, encoding="utf-8")
        return look(path)

    return found


def told(mistakes):
    return [f"{one.line}: {one.key}: {one.what}" for one in mistakes]


def test_the_example_is_sound_and_has_all_that_a_technician_knows():
    found = look(EXAMPLE)
    assert (found.errors, found.warnings) == ([], [])
    house, shop, pole = found.site.node
    assert (house.name, shop.board, pole.serial) == ("house", "submeter6", "TL-000012")
    assert house.load[1].feeds == ("node", "network")
    assert house.settings == {"island_limit_w": 1500, "return_hold_s": 30, "stagger_s": 5}
    assert found.site.network.ntp_server == "192.168.10.1"
    assert (pole.lamp[0].role, pole.lamp[0].island_energy_wh) == ("evacuation", 500)


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        ("min_off_s = 0\n", "min_of_s = 0\n", "node[1].load[1].min_of_s",
         "unknown key; did you mean min_off_s?"),
        ("tier = 4", "tier = 5", "node[1].load[6].tier", "expected 0 to 4, got 5"),
        ("min_off_s = 30", "min_off_s = 3601", "node[1].load[3].min_off_s",
         "expected 0 to 3600 s, got 3601"),
        ("return_hold_s = 30", "return_hold_s = 4", "node[1].settings.return_hold_s",
         "expected 5 to 3600 s, got 4"),
        ("tier = 4", 'tier = "4"', "node[1].load[6].tier", "expected 0 to 4, got '4'"),
        ('ssid = "street-nodes"', 'password = "12345678"', "network.password",
         "is never in this file: it is asked for when a board is provisioned"),
        ('ssid = "street-nodes"', f'ssid = "{33 * "x"}"', "network.ssid",
         f"expected text of 1 to 32 characters, got {33 * 'x'!r}"),
        ('"192.168.10.1"', '"192.168.10.256"', "network.ntp_server",
         "expected an IPv4 address such as 127.0.0.11, got '192.168.10.256'"),
        ('"192.168.10.12"', '"192.168.10.11"', "node[2].ip", "a second node at 192.168.10.11"),
        ('"192.168.10.12"', '"192.168.10"', "node[2].ip",
         "expected an IPv4 address such as 127.0.0.11, got '192.168.10'"),
        ('"192.168.10.12"', '"192.168.10.1"', "node[2].ip",
         "192.168.10.1 is the time server's address"),
        ('name = "shop"', 'name = "house"', "node[2].name", "a second node 'house'"),
        ('name = "shop"', 'name = "network"', "node[2].name",
         "'network' means something else in feeds"),
        ('"shop till"', '"house fridge"', "node[2].load[2].name",
         "a second load or lamp 'house fridge'"),
        ("circuit = 6", "circuit = 7", "node[1].load[6].circuit",
         "submeter6 has loads on circuits 1, 2, 3, 4, 5, 6, got 7"),
        ("circuit = 6", "circuit = 5", "node[1].load[6].circuit", "a second load on circuit 5"),
        ('role = "evacuation"', 'role = "evacuate"', "node[3].lamp[1].role",
         "expected one of evacuation, main, other, got 'evacuate'; did you mean evacuation?"),
        ("full_w = 60", "full_w = 401", "node[3].lamp[1].full_w", "expected 1 to 400 W, got 401"),
        ("surge_w = 6000", "surge_w = 2999", "inverter.surge_w", "below continuous_w (3000 W)"),
        ("island_limit_w = 1500", "island_limit_w = 1801", "node[1].settings.island_limit_w",
         ("the loads may draw 3001 W in an island (house 1801, shop 1200), more than the "
         "inverter's 3000 W")),
        ('feeds = ["node", "network"]', 'feeds = ["pole-71"]', "node[1].load[2].feeds",
         "no node 'pole-71' here; did you mean pole-17?"),
        ('feeds = ["node", "network"]', 'feeds = ["shop"]', "node[2].load[3].feeds",
         "shop is fed by 'house router' already"),
        (CONFIRM, "", "node[2].load[3].tier",
         ("circuit 3 feeds this node in tier 3; make it tier 0 or 1, or write: "
         'confirm = "circuit 3 feeds this node and may be shed"')),
        ("circuit 3 feeds this", "Circuit 3 feeds this", "node[2].load[3].confirm",
         ("circuit 3 feeds this node in tier 3; make it tier 0 or 1, or write: "
         'confirm = "circuit 3 feeds this node and may be shed"')),
        ("tier = 1\nrated_w = 60\n", "tier = 2\nrated_w = 60\n", "node[1].load[2].tier",
         ("circuit 2 feeds this node and the network in tier 2; make it tier 0 or 1, or write: "
         'confirm = "circuit 2 feeds this node and the network and may be shed"')),
        ("rated_w = 600\n", 'rated_w = 600\nfeeds = ["pole-17"]\n', "node[1].load[4].tier",
         ("circuit 4 feeds pole-17 in tier 2; make it tier 0 or 1, or write: "
         'confirm = "circuit 4 feeds pole-17 and may be shed"')),
        ("rated_w = 60\n", "locked_off = true\nrated_w = 60\n", "node[1].load[2].locked_off",
         "circuit 2 feeds this node and the network, and is never switched on"),
        ('last = "TM-000120"', 'last = "TM-000101"', "serials[1]",
         "2 nodes without a serial of their own, but serials for 1 of them"),
        ('last = "TM-000120"', 'last = "TM-000100"', "serials[1].last",
         "comes before first (TM-000101)"),
        ('last = "TM-000120"', 'last = "TM-120"', "serials[1]",
         ("expected first and last of the same letters and number of digits, such as TM-000101 "
         "and TM-000150")),
        ('["TL-000007", "TL-000012"]', '["TM-000120"]', "serials[2]",
         "serial TM-000120 a second time"),
        ('board = "submeter6"\nplace', 'board = "submeter6"\nserial = "TL-000012"\nplace',
         "node[3].serial", "serial TL-000012 a second time"),
        ('first = "TM-000101"', 'first = "TM_000101"', "serials[1].first",
         ("expected a serial number of 1 to 12 letters, digits and -, such as TM-000123, "
         "got 'TM_000101'")),
        ("latitude = 35.6895\n", "", "site", "latitude is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_with_its_key(site, old, new, key, what):
    found = site(old, new)
    assert [(one.key, one.what) for one in found.errors] == [(key, what)]


def test_a_mistake_has_the_line_of_its_key(site):
    assert [one.line for one in site("tier = 4", "tier = 5").errors] == [line_of("tier = 4")]
    assert [one.line for one in site(CONFIRM, "").errors] == [line_of('counter"\ntier = 3')]


def test_all_mistakes_are_told_in_one_run_and_none_twice(site):
    found = site(
        "latitude = 35.6895", "latitude = 95",
        "tier = 1\nrated_w = 60\n", "tier = 9\nrated_w = 60\n",
        '"192.168.10.12"', '"192.168.10.11"',
        'board = "streetlight"\nplace', 'board = "streetlite"\nplace',
    )  # fmt: skip
    assert [one.key for one in found.errors] == [
        "site.latitude", "node[1].load[2].tier", "node[2].ip", "node[3].board"
    ]  # fmt: skip


def test_two_lamps_in_one_place_are_refused_two_panels_are_warned_of(site):
    pole = TEXT[TEXT.index('[[node]]\nname = "pole-17"') :]
    second = pole.replace('"pole-17"', '"pole-18"').replace('"street"', '"street 2"')
    second = second.replace('"pole 17, before', '"Pole 17,  before')
    second = second.replace("TL-000012", "TL-000013").replace(".21", ".22")
    assert told(site(pole, pole + second).errors) == [
        (
            f"{TEXT.count(chr(10)) + line_of('place', pole)}: node[4].place: "
            "the lamp of pole-17 is in the same place 'Pole 17,  before 1-2-4'"
        )
    ]
    panels = site("1-2-4, back room", "1-2-3, hall")
    assert panels.errors == []
    assert told(panels.warnings) == [
        (
            f"{line_of('1-2-4, back')}: node[2].place: "
            "house has the same board in the same place '1-2-3, hall, distribution panel'"
        )
    ]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        (["tier = 0\nrated_w = 50", "tier = 1\nrated_w = 50", "tier = 0\nrated_w = 80",
          "tier = 1\nrated_w = 80", "tier = 0\nfull", "tier = 2\nfull"],
         "no load or lamp of tier 0: is nothing here life-safety?"),
        (["rated_w = 50\n", "rated_w = 1501\n"],
         "tier 0 is rated 1501 W together, its loads may draw 1500 W in an island"),
        (['ip = "192.168.10.12"', "line_v = 200"], "200, but the site has 100"),
        (['ip = "192.168.10.12"', "line_hz = 60"], "60, but the site has 50"),
        (["continuous_w = 3000", "continuous_w = 2759"],
         ("the loads may draw 2700 W in an island and the lamps 60 W at full, more than 2759 W "
         "together")),
        (['feeds = ["node"]\n', ""], "there is nothing to confirm"),
    ],
)  # fmt: skip
def test_what_can_be_but_is_hardly_meant_is_a_warning(site, changes, what):
    found = site(*changes)
    assert found.errors == []
    assert [one.what for one in found.warnings] == [what]


@pytest.fixture
def odd_site(site, monkeypatch, tmp_path):
    """odd_site(old, new, …): the shop has a board outside the tree, submeter6 with one change."""

    def found(old, new, *changes):
        folder = tmp_path / "odd"
        folder.mkdir()
        text = (ROOT / "boards" / "submeter6" / "board.py").read_text(encoding="utf-8")
        assert old in text
        text = text.replace('NAME = "submeter6"', 'NAME = "odd"').replace(old, new)
        (folder / "board.py").write_text(text, encoding="utf-8")
        monkeypatch.setenv(OWN_BOARDS, str(folder))
        own = (SHOP, SHOP.replace("submeter6", "odd"), 'board = "submeter6"\nfirst', "first")
        return site(*own, *changes)

    return found


def test_a_circuit_without_a_relay_is_never_shed_and_needs_no_word(odd_site):
    found = odd_site("    (3, 27, 1, 0),\n", "", CONFIRM, "")
    assert told(found.errors) == []


def test_a_board_that_cannot_be_booted_is_told_at_the_node(odd_site):
    (one,) = odd_site("(6, 33,", "(6, 37,").errors
    assert (one.line, one.key) == (line_of('name = "shop"'), "node[2].board")
    assert "board odd is not taken: 1 to mend" in one.what
    assert "GPIO 37" in one.what


def test_thirty_nodes_are_checked_at_once(tmp_path):
    lines = ['[site]\nname = "big"\nlatitude = 35\nlongitude = 139']
    lines += ["[inverter]\ncontinuous_w = 100000"]
    for node in range(30):
        lines += [f'[[node]]\nname = "n{node}"\nboard = "submeter6"\nip = "10.0.0.{node + 1}"']
        lines += [
            f'[[node.load]]\nname = "{node}-{load}"\ntier = {load % 5}\nrated_w = 100'
            for load in range(6)
        ]
    path = tmp_path / "big.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    began = time.process_time()
    found = look(path)
    assert time.process_time() - began < 1
    assert (len(found.site.node), found.errors, found.warnings) == (30, [], [])


def run(*arguments):
    return CliRunner().invoke(app, ["site", "check", *map(str, arguments)])


def test_the_command_says_that_a_site_is_sound():
    done = run(EXAMPLE)
    assert done.exit_code == 0
    assert "sound, 0 warnings: 3 nodes, 11 loads, 1 lamp" in " ".join(done.stdout.split())
    assert run(EXAMPLE, "--json").stdout == ""


def test_errors_and_warnings_are_objects_apart(site):
    path = site("tier = 4", "tier = 3", '"192.168.10.12"', '"192.168.10.11"').site.path
    site('"192.168.10.12"\n', '"192.168.10.11"\nline_v = 200\n')
    done = run(path, "--json")
    assert isinstance(done.exception, HostError)
    assert done.exception.exit_code == 1
    error, warning = map(json.loads, done.stdout.splitlines())
    place = line_of("192.168.10.12")
    assert error == {
        "state": "error", "file": str(path), "line": place, "key": "node[2].ip",
        "what": "a second node at 192.168.10.11",
    }  # fmt: skip
    assert (warning["state"], warning["line"]) == ("warning", place + 1)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "expected at least one [[node]]"),
        ("[site]\na = [", 2, "not a TOML file"),
        ("[site]\nname = 'a'\nname = 'b'", 3, "site.name stands there twice, first on line 2"),
        ("site = 3", 1, "expected a table, got 3"),
        ("node = 3", 1, "expected [[node]] tables"),
        ("[[nodes]]", 1, "unknown key; did you mean node?"),
    ],
)
def test_what_is_no_site_is_told_with_a_line(tmp_path, text, line, what):
    path = tmp_path / "x.toml"
    path.write_text(text)
    done = run(path, "--json")
    assert isinstance(done.exception, HostError)
    assert done.exception.exit_code == 1
    told = [json.loads(one) for one in done.stdout.splitlines()]
    assert any(one["line"] == line and what in one["what"] for one in told), told


def test_no_file_and_a_folder_are_usage(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml"):
        done = run(path)
        assert isinstance(done.exception, UsageError)
        assert done.stdout == ""
        with pytest.raises(SiteError):
            read(path)


def test_no_password_is_told_on(site):
    found = site('ssid = "street-nodes"', 'ssid = "s"\nwifi_password = "hunter-two"')
    assert "hunter" not in "".join(map(str, found.errors))
