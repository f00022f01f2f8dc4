"""tomo doctor NODE: what a node's own answers mean, and what to do about them."""

import json

import pytest

from tests.host.serial_node import SerialNode
from tomo.doctor import node as doctor
from tomo.doctor.records import FAIL, OK, WARN
from tomo.errors import NodeSilent
from tomo.transport.console import CONSOLE_LINK
from tomoshibi.wire.status import NAME, STATUS

KNOWS = {"wifi_ssid": "site"}
SOUND = {"board": "submeter6", "storage": "whole", "vfs": "mounted", "sense": ""}
SOUND |= {"heap_lowest": 40_000, "load_faults": [], "faults": 0, "flash_faults": 0}


def answers(status=SOUND, identity="whole", settings=KNOWS, date=(2026, 11, 27)):
    """A console that answers what the doctor asks."""
    told = {
        "status": status,
        "identity": {"state": identity},
        "settings": {"document": settings},
        "points": {"node": {"1": {"date": date}}},
    }

    def answer(command):
        word = command.split()[0]
        return json.dumps({"t": 5, "event": word} | told[word]).encode() + b"\r\n"

    return answer


def found(**told):
    with SerialNode(answer=answers(**told)) as console:
        return list(doctor.node(console.path))


def test_a_sound_node_is_one_line_and_a_folder_leads_to_it(tmp_path):
    with SerialNode(answer=answers()) as console:
        (tmp_path / CONSOLE_LINK).symlink_to(console.path)
        (only,) = doctor.node(str(tmp_path))
    assert (only.check, only.state, only.found) == (
        str(tmp_path), OK, "submeter6, 5 s since its start",
    )  # fmt: skip


def test_a_new_node_is_told_what_it_lacks():
    _sound, identity, network, clock = found(identity="blank", settings={}, date=None)
    assert [one.state for one in (identity, network, clock)] == [WARN] * 3
    assert "wifi_ssid NAME" in network.remedy
    assert "time YYYY" in clock.remedy


def test_a_lost_identity_fails():
    assert [one.state for one in found(identity="lost")] == [OK, FAIL]


@pytest.mark.parametrize(
    ("told", "state", "says"),
    [
        ({"storage": "damaged"}, FAIL, "tomo registers verify NODE"),
        ({"vfs": "missing"}, WARN, "docs/maintenance.md"),
        ({"flash_faults": 1}, FAIL, "exchange the node"),
        ({"load_faults": [{"number": 2, "cause": "a welded relay"}]}, FAIL, "2: a welded relay"),
        ({"refused_settings": 2}, WARN, "tomo settings show NODE"),
        ({"sense": "no edges"}, WARN, "sense no edges"),
        ({"faults": 3}, WARN, "tomo registers events NODE"),
        ({"restarts": 1}, WARN, "open an issue"),
        ({"broken_cycles": 1}, WARN, "open an issue"),
        ({"missed_samples": 9}, WARN, "bus"),
        ({"missed_sky": 9}, WARN, "photocell"),
        ({"heap_lowest": 8_000}, WARN, "heap_lowest 8000"),
    ],
)
def test_each_thing_that_is_odd_has_a_remedy(told, state, says):
    (only,) = doctor.judged("NODE", SOUND | told)
    assert only.state == state
    assert says in f"{only.found} {only.remedy}"


def test_what_is_judged_is_told_by_nodes():
    assert {field for field, *_ in doctor._ROWS} <= {row[NAME] for row in STATUS}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (b"\r\n>>> ", "a REPL answers"),
        (b"MicroPython v1.25.0 on 2025-04-15", "a REPL answers"),
        (b"waiting for download", "waits in its loader"),
        (b"invalid header: 0xffffffff", "finds no program"),
        (b"login:", "'login:'"),
    ],
)
def test_who_is_no_node_of_ours_is_told_by_what_it_says(monkeypatch, said, what):
    monkeypatch.setattr(doctor, "_ANSWER_S", 0.2)
    with SerialNode(answer=lambda _command: said + b"\r\n") as console:
        (only,) = doctor.node(console.path)
    assert only.state == FAIL
    assert what in only.found


def test_what_is_not_there_fails_with_a_remedy(tmp_path):
    for where in (str(tmp_path), "/dev/ttyNONE9"):
        (only,) = doctor.node(where)
        assert (only.state, bool(only.remedy)) == (FAIL, True)


class Controller:
    """In the place of the real one: `values` by object and property, None for a silent node."""

    values = None

    def __init__(self, timeout_s):
        self.timeout_s = timeout_s

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        pass

    def objects(self, ip):
        if self.values is None:
            raise NodeSilent(f"{ip} did not answer")
        return list(self.values)

    def get(self, _ip, eoj, epcs):
        return {epc: (self.values or {}).get(eoj, {}).get(epc) for epc in epcs}


@pytest.mark.parametrize(
    ("values", "states"),
    [
        (None, [FAIL]),
        ({0x028D01: {0x88: b"\x42"}, 0x029001: {}}, [OK]),
        ({0x028D01: {0x88: b"\x42"}, 0x028D02: {0x88: b"\x41", 0x89: b"\x00\x0a"}}, [OK, FAIL]),
    ],
)
def test_a_node_in_the_network_is_asked_for_its_faults(monkeypatch, values, states):
    monkeypatch.setattr(doctor, "Controller", Controller)
    monkeypatch.setattr(Controller, "values", values)
    told = list(doctor.node("192.0.2.7"))
    assert [one.state for one in told] == states
    assert all(one.remedy for one in told if one.state == FAIL)
    if states[1:]:
        assert "028D02" in told[-1].found
