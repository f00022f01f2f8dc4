"""tomo.scenario: what a file may say, and what it is told when it says something else.

Expected lines are counted by hand in the text of each case.
"""

import os
import re
from datetime import UTC, datetime

import pytest

from tests.desk_bridge import ROOT
from tomo.scenario.read import ScenarioError, read
from tomo.tables.locate import locate, words

BLACKOUT = ROOT / "scenarios" / "blackout.toml"


@pytest.fixture
def broken(tmp_path):
    """broken(old, new): the problems told of blackout.toml with that one change."""
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")

    def problems(old: str, new: str) -> list[str]:
        text = BLACKOUT.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "x.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ScenarioError) as error:
            read(path)
        return [problem.removeprefix(str(path)) for problem in error.value.problems]

    return problems


def test_the_shipped_scenario_reads():
    scenario = read(BLACKOUT)
    assert [node.name for node in scenario.node] == ["panel", "lamp-shelter", "lamp-street"]
    # 16:05 JST is 07:05 UTC; 2026-11-23 is day 9823 after 2000-01-01 (26 years of 365 days,
    # 7 leap days, and 326 days of 2026).
    assert scenario.site.start_utc == datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    assert scenario.site.start_2000_s == 9823 * 86_400 + 7 * 3600 + 5 * 60
    assert scenario.event[0].at == 7 * 60_000


def test_a_value_out_of_range_names_line_key_range_and_value(broken):
    text = BLACKOUT.read_text(encoding="utf-8").splitlines()
    line = next(number for number, words in enumerate(text, 1) if words == "tier = 3")
    assert broken("tier = 3", "tier = 7") == [
        f":{line}: node[1].load[5].tier: expected 0 to 4, got 7"
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("rated_w = 50", "rated_watt = 50", r"unknown key; did you mean rated_w\?"),
        ('board = "submeter6"', 'board = "submeter9"', "one of streetlight, submeter3, submeter6"),
        ("refit20_1min", "refit21_1min", r"node\[1\]\.load\[4\]\.profile\.file: no data file"),
        ('column = "power_w"', 'column = "power_v"', r"has power_w, .*, not power_v"),
        ("2014-11-20T17:05:00Z", "2015-11-20T17:05:00Z", r"holds 2014-11-17T00:00Z to"),
        ('ip = "127.0.0.21"', 'ip = "127.0.0.11"', r"node\[2\]\.ip: a second node at 127.0.0.11"),
        ('name = "lamp-shelter"', 'name = "panel"', r"a second node 'panel'"),
        ('name = "fridge"', 'name = "exit lights"', r"a second load or lamp 'exit lights'"),
        ('kind = "grid-back"', 'kind = "grid-lost"', r"event\[2\]\.kind: grid-lost while the grid"),
        ('at = "00:43:00"', 'at = "00:07:00"', r"overlaps the grid-lost before it"),
        ('at = "00:43:00"', 'at = "01:43:00"', r"lies at or after the scenario's end"),
        ('at = "00:43:00"', "at = 43", r'expected time since the start, "HH:MM:SS"'),
        ('kind = "grid-lost"', 'kind = "grid-dip"', r"grid-dip needs to_percent"),
        ("capacity_wh = 6000\n", "", r"battery: capacity_wh is missing"),
        ('of = "shelter entrance"\n', "", r"expected a load or lamp of this site, got ''"),
        ('what = "loads_shed"', 'what = "loads_shod"', r"expected one of outage_to_command_ms"),
        ('what = "loads_shed"', 'what = "loads_shod"', r"'loads_shod'; did you mean loads_shed\?"),
        ('kind = "grid-back"', 'kind = "grid-bakc"', r"'grid-bakc'; did you mean grid-back\?"),
        ('role = "main"', 'role = "man"', r"'man'; did you mean main\?"),
        ('ip = "127.0.0.21"', 'ip = "224.0.23.0"', r"expected an IPv4 address such as"),
        ('name = "panel"', 'name = "../panel"', r"names a folder, too: no slash"),
        ("settings = {", "settings = { sample_ms = 5000,", r"sample_ms: expected 200 to 2000 ms"),
        ("surge_w = 3000", "surge_w = 300", r"inverter\.surge_w: below continuous_w"),
        ("profile = { watts = 45 }", "profile = {}", r"expected either watts, or file"),
        ("nominal_hz = 50", "nominal_hz = 50.0", r"nominal_hz: expected one of 50, 60, got 50.0"),
        ("nominal_hz = 50", 'nominal_hz = "50"', r"nominal_hz: expected one of 50, 60, got '50'"),
        ("seed = 20261123", "seed = true", r"site\.seed: expected 0 to 2147483647, got True"),
        ("start = 2026-11-23T16:05:00", "start = 2026-11-23T16:05:00Z", r"without a zone"),
    ],
)
def test_a_mistake_is_told_with_its_line(broken, old, new, told):
    problems = broken(old, new)
    assert any(re.search(told, problem) for problem in problems), problems
    before = BLACKOUT.read_text(encoding="utf-8").split(old)[0]
    first, last = before.count("\n") + 1, before.count("\n") + 1 + old.count("\n")
    lines = {int(problem.split(":")[1]) for problem in problems}
    # Some mistakes are seen at the table around the key; that stands at most a few lines higher.
    assert any(first - 8 <= line <= last for line in lines), problems


def test_a_limit_above_the_inverters_rating_is_warned_of_with_its_line(tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    text = BLACKOUT.read_text(encoding="utf-8")
    assert read(BLACKOUT).warnings == ()
    line = text[: text.index("settings = {")].count("\n") + 1
    path = tmp_path / "x.toml"
    for limit_w, warned in ((1_500, 0), (1_501, 1)):
        given = text.replace("settings = {", f"settings = {{ island_limit_w = {limit_w},")
        path.write_text(given, encoding="utf-8")
        assert len(read(path).warnings) == warned
    where = f"{path}:{line}: node[1].settings.island_limit_w"
    what = "1501 W is more than the inverter's continuous_w of 1500 W"
    assert read(path).warnings == (f"{where}: {what}",)


@pytest.mark.parametrize(("volts", "warned"), [(95, 0), (107, 0), (120, 1), (202, 0), (230, 1)])
def test_a_voltage_that_no_node_finds_healthy_is_warned_of(tmp_path, volts, warned):
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    text = BLACKOUT.read_text(encoding="utf-8")
    path = tmp_path / "x.toml"
    path.write_text(text.replace("nominal_v = 101.0", f"nominal_v = {volts}"), encoding="utf-8")
    assert len(read(path).warnings) == warned


def test_all_mistakes_are_told_at_once(broken):
    problems = broken("tier = 0\nrated_w = 50", 'tier = 9\nrated_w = "many"')
    assert len(problems) == 2


def test_lines_of_headers_keys_and_inline_keys():
    text = (
        "# heading\n"  # 1
        "[a]\n"  # 2
        "x = [\n 'y = 1', # not a key\n 2]\n"  # 3 to 5
        'z = """\nw = 1\n"""\n'  # 6 to 8
        "[[n]]\n"  # 9
        "p = { q = 1 }\n"  # 10
        "[[n.m]]\n"  # 11
        "k = 1\n"  # 12
        "[[n]]\n"  # 13
        "[[n.m]]\n"  # 14
        "k.j = 2\n"  # 15
    )
    assert locate(text) == {
        ("a",): 2,
        ("a", "x"): 3,
        ("a", "z"): 6,
        ("n", 0): 9,
        ("n", 0, "p"): 10,
        ("n", 0, "p", "q"): 10,
        ("n", 0, "m", 0): 11,
        ("n", 0, "m", 0, "k"): 12,
        ("n", 1): 13,
        ("n", 1, "m", 0): 14,
        ("n", 1, "m", 0, "k", "j"): 15,
    }
    assert words(("n", 1, "m", 0, "k")) == "n[2].m[1].k"


def line_of(words: str) -> int:
    text = BLACKOUT.read_text(encoding="utf-8")
    return 1 + text[: text.index(words)].count("\n")


def test_a_single_equals_sign_is_told_as_two(broken):
    assert broken('op = "<="', 'op = "="')[0].endswith("did you mean ==?")


def test_a_whole_number_with_a_point_is_told_as_that(broken):
    line = line_of("continuous_w = 1500")
    told = f":{line}: inverter.continuous_w: expected a whole number, written without a point, got"
    assert broken("continuous_w = 1500", "continuous_w = 1500.0") == [f"{told} 1500.0"]


def test_a_mark_before_the_text_is_no_fault(tmp_path):
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbf" + BLACKOUT.read_bytes())
    assert read(tmp_path / "x.toml").event == read(BLACKOUT).event


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"a = 1\nb = \nc = 2\n", ":2: not a TOML file: Invalid value"),
        (b"a = 1\na = 2\n", ":2: a stands there twice, first on line 1"),
        (b"a = 1\na = [1,\n2,\n3]\nb = 1\n", ":2: a stands there twice, first on line 1"),
        (b"[a]\nb = 1\n[c]\n[a]\n", ":4: a stands there twice, first on line 1"),
        (b"[[a]]\nb = 1\n[[a]]\nb = 1\nb = 2", ":5: a[2].b stands there twice, first on line 4"),
        (b"a = [{b = 1}, {b = 2}]\na = 3\n", ":2: a stands there twice, first on line 1"),
        (b"a = {b = 1, b = 2}\n", ":1: not a TOML file: Duplicate inline table key 'b'"),
        (b"a = 1\nb = [1,\n2", ":3: not a TOML file: Unclosed array"),
        (b"a = 1\n\nb = '\xff'\n", ":3: not a TOML file: invalid start byte in UTF-8"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path, text, told):
    path = tmp_path / "x.toml"
    path.write_bytes(text)
    with pytest.raises(ScenarioError) as error:
        read(path)
    assert error.value.problems[0].startswith(f"{path}{told}")


LOST = ("00:01:00", "grid-lost")
DIP = "lasts_ms = 1000\nto_percent = 50\n"


@pytest.mark.parametrize(
    ("events", "told"),
    [
        # An outage until grid-back, and a dip inside: grid-back is where it belongs.
        (
            [(*LOST, ""), ("00:02:00", "grid-dip", DIP), ("00:03:00", "grid-back", "")],
            ["event[2].kind: grid-dip while the grid is lost; expected grid-back first"],
        ),
        # An outage of ten minutes: what lies inside it overlaps it, also after a short event.
        (
            [
                (*LOST, "lasts_ms = 600000\n"),
                ("00:02:00", "grid-dip", DIP),
                ("00:03:00", "grid-voltage", "lasts_ms = 1000\nvolts = 90\n"),
                ("00:12:00", "grid-dip", DIP),
            ],
            [
                "event[2].at: overlaps the grid-lost before it",
                "event[3].at: overlaps the grid-lost before it",
            ],
        ),
        # An event that outlasts the outage's beginning does not hide the outage.
        (
            [
                ("00:01:00", "grid-dip", "lasts_ms = 120000\nto_percent = 50\n"),
                ("00:02:00", "grid-lost", ""),
                ("00:04:00", "grid-lost", ""),
                ("00:05:00", "grid-back", ""),
            ],
            ["event[2].at: overlaps the grid-dip before it"],
        ),
    ],
)
def test_of_events_that_clash_the_one_to_blame_is_named_and_no_other(tmp_path, events, told):
    text = BLACKOUT.read_text(encoding="utf-8")
    head, expects = text.partition("[[event]]")[0], text.partition("[[expect]]")[2]
    blocks = [f'[[event]]\nat = "{at}"\nkind = "{kind}"\n{rest}' for at, kind, rest in events]
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    path = tmp_path / "x.toml"
    path.write_text(f"{head}{''.join(blocks)}[[expect]]{expects}", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read(path)
    assert [problem.split(": ", 1)[1] for problem in error.value.problems] == told
    lines = path.read_text(encoding="utf-8").splitlines()
    for problem in error.value.problems:
        key = problem.split(": ")[1].rpartition(".")[2]
        assert lines[int(problem.split(":")[1]) - 1].startswith(f"{key} = ")


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.toml")
    with pytest.raises(ScenarioError, match="is not a file"):
        read(tmp_path / "x.toml")
