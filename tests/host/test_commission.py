"""The walk through a fitted node against a stand-in: order, findings, restoring, going on."""

import json
import os
import re
import signal
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host.fitted_node import FittedNode, unplugged
from tomo.board.read import parts_of
from tomo.cli import commission as command
from tomo.cli.app import app
from tomo.commission.journal import Journal
from tomo.commission.node import Node
from tomo.commission.records import RIGHT, SKIPPED, WRONG, Expected
from tomo.commission.walk import Hands, Walk
from tomo.errors import HostError, NodeSilent, UsageError
from tomo.transport.signals import Stopped

SENSES = frozenset({"grid", "load"})
SITE = ROOT / "examples" / "site.toml"


class Bench:
    """One technician with one file before one node."""

    def __init__(self, node, answer=lambda _question: False, **expected: Any):
        self.node = node
        self.text = ""
        self.answer = answer
        self.checks = []
        board = parts_of(node.board)
        circuits = tuple(node.watts) if board.load_circuits else ()
        self.expected = Expected(node.board, 100, 50, circuits, SENSES, **expected)

    def save(self, text):
        self.text = text

    def walk(self, again=False):
        """The findings of one walk, {kind: circuits}."""
        self.checks.clear()
        journal = Journal(self.node.mac, self.text, self.save)
        hands = Hands(self.answer, self.checks.append, close_s=5)
        board = parts_of(self.node.board)
        Walk(Node(self.node, self.node.wait), board, self.expected, journal, hands).run(again)
        told = journal.report({})
        return {one["kind"]: tuple(one["circuits"]) for one in told["findings"]}

    def state(self, start):
        return next(one.state for one in self.checks if one.what.startswith(start))


def test_a_node_that_is_right_is_walked_through_and_left_as_it_was():
    node = FittedNode()
    bench = Bench(node)
    assert bench.walk() == {}
    assert node.switched() == [f"load {n} {what}" for n in (1, 2, 3) for what in ("off", "on")]
    assert node.time_s < 20
    assert bench.state("senses, grid switched off") == SKIPPED  # it takes hands
    assert json.loads(bench.text)["counts"] == {RIGHT: 11, WRONG: 0, SKIPPED: 1}


def test_each_fault_is_named_with_its_circuits():
    node = FittedNode((40.0, 120.0, 900.0, 0.0, 50.0, 60.0), board="submeter6")
    node.ct = {1: (1, -1), 2: (3, 1), 3: (2, 1)}
    node.silent = {5}
    node.settings["line_hz"] = 60
    assert Bench(node).walk() == {
        "ct-reversed": (1,),
        "cts-swapped": (2, 3),
        "no-load": (4,),
        "silent-meter": (5,),
        "wrong-frequency": (),
    }
    assert all(node.wanted.values())


def test_what_is_right_is_not_done_again_unless_it_is_asked_for():
    node = FittedNode()
    node.ct = {2: (2, -1)}
    bench = Bench(node)
    assert bench.walk() == {"ct-reversed": (2,)}
    node.ct, node.heard = {}, []
    assert bench.walk() == {}
    assert node.switched() == ["load 2 off", "load 2 on"]
    node.heard.clear()
    assert bench.walk() == {}
    assert node.switched() == []
    assert bench.walk(again=True) == {}
    assert len(node.switched()) == 6


def test_swapped_cts_that_were_put_right_are_right_at_both():
    node = FittedNode()
    node.ct = {1: (2, 1), 2: (1, 1)}
    bench = Bench(node)
    assert bench.walk() == {"cts-swapped": (1, 2)}
    node.ct = {}
    assert bench.walk() == {}


@pytest.mark.parametrize("after", range(1, 28))
@pytest.mark.parametrize("cause", [Stopped, KeyboardInterrupt])
def test_stopped_anywhere_every_load_is_as_it_was_found(after, cause):
    node = FittedNode()
    bench = Bench(node)

    def stop(_command):
        if len(node.heard) == after:
            node.cut = lambda _command: None
            raise cause

    node.cut = stop
    with pytest.raises(cause):
        bench.walk()
    assert all(node.wanted.values())
    assert bench.walk() == {}


def test_a_cable_that_is_pulled_leaves_word_of_what_is_to_be_put_right():
    node = FittedNode()
    bench = Bench(node)
    node.cut = lambda command: unplugged(command) if "load 2 off" in node.heard else None
    with pytest.raises(HostError, match="not as it was found: 2: port did not answer"):
        bench.walk()
    assert not node.wanted[2]
    node.cut, node.heard = (lambda _command: None), []
    assert bench.walk() == {}
    assert node.switched()[0] == "load 2 on"
    assert all(node.wanted.values())


def test_a_load_that_is_locked_or_off_by_command_is_left_alone():
    node = FittedNode()
    node.locked, node.wanted[3] = {1}, False
    bench = Bench(node)
    assert bench.walk() == {}
    assert node.switched() == ["load 2 off", "load 2 on"]
    assert [bench.state(f"branch, circuit {n}") for n in (1, 2, 3)] == [SKIPPED, RIGHT, SKIPPED]


def test_a_load_that_does_not_come_on_is_waited_for_and_found():
    node = FittedNode()
    node.stuck = {2}
    assert Bench(node).walk() == {"not-on": (2,)}
    assert 5 <= node.time_s < 20
    assert "load 2 off" not in node.heard


def test_what_feeds_others_is_switched_only_with_the_technicians_word():
    node = FittedNode()
    bench = Bench(node, feeds={2: ("node", "network")})
    bench.walk()
    assert "load 2 off" not in node.heard
    bench.answer = lambda question: "feeds node, network" in question
    bench.walk()
    assert "load 2 off" in node.heard


def test_an_outage_and_a_contact_by_hand():
    node = FittedNode()

    def hands(question):
        node.grid = "islanded" if "Switch the grid off" in question else "normal"
        return True

    bench = Bench(node, hands)
    bench.expected = Expected("submeter3", 100, 50, (1, 2, 3), SENSES | {"contact"})
    assert bench.walk() == {"dead-sense": ()}
    assert bench.state("inverter's contact, closed") == WRONG
    assert bench.state("senses, grid switched off") == RIGHT


def test_a_circuit_that_the_site_leaves_empty_is_not_switched():
    node = FittedNode()
    bench = Bench(node, names={1: "lights", 3: "oven"})
    assert bench.walk() == {}
    assert bench.state("branch, circuit 2") == SKIPPED
    assert "load 2 off" not in node.switched()


def test_a_lamp_is_locked_off_and_watched_on_its_way_back():
    node = FittedNode((), board="streetlight")
    bench = Bench(node)
    assert bench.walk() == {}
    assert node.switched() == ["lamp lock", "lamp unlock"]
    assert "25 %, 50 %, 75 %, 100 %" in next(one.seen for one in bench.checks if "lamp" in one.what)


def test_a_lamp_that_was_locked_stays_locked():
    node = FittedNode((), board="streetlight")
    node.do_lamp("lock")
    bench = Bench(node)
    assert bench.walk() == {}
    assert node.lamp_locked
    assert bench.state("lamp") == SKIPPED


def test_a_file_of_another_board_or_of_none_is_refused():
    node = FittedNode()
    bench = Bench(node)
    bench.walk()
    node.mac = "020000000002"
    with pytest.raises(HostError, match="is of board 020000000001, and this one is 020000000002"):
        bench.walk()
    bench.text = "{}"
    with pytest.raises(HostError, match="no commissioning"):
        bench.walk()


def test_a_node_that_is_silent_is_told():
    node = FittedNode()
    node.cut = unplugged
    with pytest.raises(NodeSilent):
        Bench(node).walk()


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """shell(node, *arguments): the command, as typed, at the stand-in."""

    def call(node, *arguments, **other):
        monkeypatch.setattr(command, "open_console", lambda _port: node)
        monkeypatch.setattr(command, "Node", lambda console: Node(console, node.wait))
        words = ["commission", "port", "--out", str(tmp_path / "out"), *map(str, arguments)]
        return CliRunner().invoke(app, words, **other)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield call
    # A command that was stopped leaves them ignored, and so would its children's be.
    for number, handler in before.items():
        signal.signal(number, handler)


def house(**ct):
    node = FittedNode((45.0, 20.0, 120.0, 350.0, 900.0, 2800.0), board="submeter6")
    node.ct = {int(key[1:]): one for key, one in ct.items()}
    return node


def test_by_the_site_it_tells_names_and_reports_in_json_and_html(shell, tmp_path):
    node = house(c3=(3, -1))
    done = shell(node, "--site", SITE, "--node", "house", "--yes", "--json")
    assert done.exit_code == 1, done.output
    *checks, last = map(json.loads, done.stdout.splitlines())
    assert last["findings"][0]["kind"] == "ct-reversed"
    assert "circuit 3 (house fridge) is reversed" in last["findings"][0]["says"]
    assert "load 2 off" not in node.heard  # it feeds node and network
    report = json.loads((tmp_path / "out" / "commission.json").read_text())
    told = [one for step in report["steps"].values() for one in step["checks"]]
    assert told == checks
    page = (tmp_path / "out" / "commission.html").read_text()
    assert "circuit 3 (house fridge) is reversed" in page
    assert "House, shop and street" in page
    assert not re.findall(r"(?:src|href)=", page)
    on_paper = page.partition("@media print")[2]  # which has no backgrounds: white would be unseen
    assert re.search(r"\.verdict \{ background: none.*\.failed \{ color: #", on_paper, re.DOTALL)


def test_answers_come_from_standard_input_and_what_nobody_answers_is_skipped(shell):
    node = house()
    done = shell(node, "--site", SITE, "--node", "house", input="\n")
    assert done.exit_code == 0, done.output
    assert "load 2 off" in node.heard
    assert "skipped inverter's contact" in done.output


def test_what_a_name_says_is_text_in_the_page(shell, tmp_path):
    node = FittedNode()
    node.do_load = lambda rest, plain=node.do_load: renamed(plain(rest))
    assert shell(node, "--yes").exit_code == 0
    page = (tmp_path / "out" / "commission.html").read_text()
    assert "<b>" not in page.partition("<h1>")[2]
    assert "&lt;b&gt;" in page


def renamed(told):
    return told | {"loads": [one | {"load": "<b>"} for one in told.get("loads", [])]}


def test_another_node_than_the_sites_is_refused_untouched(shell):
    node = house()
    done = shell(node, "--site", SITE, "--node", "shop", "--yes")
    assert "name is 'house', and shop has 'shop'" in str(done.exception)
    assert node.switched() == []
    done = shell(FittedNode(), "--site", SITE, "--node", "house", "--yes")
    assert "board is 'submeter3'" in str(done.exception)
    assert isinstance(shell(node, "--site", SITE).exception, UsageError)


def test_ctrl_c_while_a_load_is_put_back_does_not_say_that_all_is_well(shell):
    node = FittedNode()

    def cut(line):
        if line == "load 1 on":
            os.kill(os.getpid(), signal.SIGINT)
        elif not node.wanted[1]:
            unplugged(line)

    node.cut = cut
    done = shell(node, "--yes")
    assert "not as it was found: 1" in str(done.exception)


def test_ctrl_c_ends_it_with_130_and_the_loads_on(shell):
    node = FittedNode()
    node.cut = lambda _line: os.kill(os.getpid(), signal.SIGINT) if node.wanted[1] == 0 else None
    done = shell(node, "--yes")
    assert done.exit_code == 130
    assert "as they were found" in done.stderr
    assert all(node.wanted.values())
