"""`tomo node` as people run it, against whole desk nodes found by multicast on the loopback."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.node.desk_nodes import running, seats, wait_event

pytestmark = pytest.mark.usefixtures("desk32")
TOMO = str(Path(sys.executable).with_name("tomo"))


def tomo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TOMO, "node", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_ls_finds_both_kinds_and_read_reads_every_property(tmp_path):
    ours, panel, light = seats(3)
    with (
        running("submeter6", panel, tmp_path / "panel"),
        running("streetlight", light, tmp_path / "light"),
    ):
        found = tomo("ls", "--json", "--from", ours, "--wait", "3")
        # Nodes of other tests are found, too, and may end before they are asked.
        assert found.returncode == 0 or not {panel, light} & set(found.stderr.split()), found.stderr
        nodes = {node["ip"]: node for node in map(json.loads, found.stdout.splitlines())}
        assert nodes[panel]["product"] == "submeter6"
        assert nodes[panel]["objects"] == [f"028D0{n}" for n in range(1, 7)] + ["028701"]
        assert nodes[light]["objects"] == ["029101", "000D01"]
        assert nodes[panel]["id"] != nodes[light]["id"]
        for ip in (panel, light):
            result = tomo("read", ip, "--json", "--from", ours)
            assert result.returncode == 0, result.stderr
            lines = [json.loads(line) for line in result.stdout.splitlines()]
            assert {line["object"] for line in lines} == {"0EF001", *nodes[ip]["objects"]}
            assert not [line for line in lines if "problem" in line]


def test_a_terminal_gets_a_table_and_standard_output_nothing_else(tmp_path):
    ours, light = seats(2)
    with running("streetlight", light, tmp_path):
        result = tomo("read", light, "--object", "029101", "--from", ours)
        assert result.returncode == 0
        assert "light_level" in result.stdout
        assert result.stderr == ""


def test_a_reader_that_goes_away_ends_it_quietly_with_status_0(tmp_path):
    ours, light = seats(2)
    with running("streetlight", light, tmp_path):
        process = subprocess.Popen(
            [TOMO, "node", "read", light, "--from", ours],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""


def test_nobody_there_is_status_3_and_a_wrong_object_status_2():
    ours, nobody = seats(2)
    silent = tomo("read", nobody, "--timeout", "0.1", "--from", ours)
    assert (silent.returncode, silent.stdout) == (3, "")
    assert nobody in silent.stderr
    assert tomo("read", nobody, "--object", "lamp", "--from", ours).returncode == 2
    assert tomo("read", "no.such.host.invalid", "--from", ours).returncode == 2


def test_watch_shows_a_relay_closing_and_ends_with_ctrl_c(tmp_path):
    ours, panel = seats(2)
    with running("submeter6", panel, tmp_path) as node:
        watch = subprocess.Popen(
            [TOMO, "node", "watch", panel, "--json", "--every", "60", "--from", ours],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_event(node, lambda event: event["event"] == "load" and event["to"] == "on", 30)
            heard = []
            for line in watch.stdout or ():
                heard.append(json.loads(line))
                if heard[-1]["how"] == "inf" and heard[-1]["epc"] == "80":
                    break
            assert heard[-1]["value"] == "on"
            assert heard[-1]["object"].startswith("028D")
            watch.send_signal(signal.SIGINT)
            _, errors = watch.communicate(timeout=10)
        finally:
            watch.kill()
        assert (watch.returncode, errors) == (0, "")
