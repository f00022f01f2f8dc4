"""A setting is one row of one file: in a scratch copy with one more it is found in every view."""

import json
import os
import shutil
import subprocess
import sys
from filecmp import dircmp

import pytest

from tests.desk_bridge import ROOT
from tests.host import chips

ROW = """    ("poll_s", "integer", 1, 60, "s", 7, "after restart", "technician",
     "Between two polls."),
"""
LOAD_ROW = """    ("phase", "choice", 0, (1, 2), "", 1, "after restart", "technician",
     "Its phase."),
"""
DECLARED = "tomoshibi/settings/declared.py"

# Run with the scratch copy's `tomo`: what it takes, shows and tells.
VIEWS = """
import json, sys
from pathlib import Path
from typer.testing import CliRunner
from tomo.cli.settings import app
from tomo.jobs.node_settings import node_settings
from tomo.render.settings_page import page
from tomo.scenario.read import read

def tomo(*arguments):
    return CliRunner().invoke(app, arguments).stdout.splitlines()

chip, scenario = sys.argv[1:]
node = read(Path(scenario))
tomo("set", chip, "poll_s", "9")
tomo("set", chip, "poll_s", "61")
tomo("set", chip, "loads.0.phase", "2")
print(json.dumps({
    "list": [json.loads(line)["key"] for line in tomo("list", "--json")],
    "show": {row["key"]: row["value"] for row in map(json.loads, tomo("show", chip, "--json"))},
    "page": page(),
    "scenario": node_settings(node, node.node[0]),
}))
"""
CONSOLE = """
import json
from ram_partitions import RamPartitions
from tomoshibi.node.commands import Commands
from tomoshibi.node.storage import Storage
from tomoshibi.wire import registers

storage = Storage(registers.BRANCHES, 2, RamPartitions())
said = lambda fields: print(json.dumps(fields))
commands = Commands(said, None, None, storage, (), None, None, None)
for line in ("set poll_s 8", "set poll_s 0", "set loads.0.phase 2", "settings"):
    commands.answer(line)
print(json.dumps(storage.settings.load()["poll_s"]))
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A checkout with two more rows: of a node, and of a load."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("firmware", "host_tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "boards").symlink_to(ROOT / "boards")
    declared = folder / "firmware" / DECLARED
    text = declared.read_text(encoding="utf-8").replace("SETTINGS = (\n", "SETTINGS = (\n" + ROW, 1)
    text = text.replace("LOAD_SETTINGS = (\n", "LOAD_SETTINGS = (\n" + LOAD_ROW, 1)
    declared.write_text(text, encoding="utf-8")
    return folder


def differing(compared, where=""):
    found = [where + name for name in (*compared.diff_files, *compared.right_only)]
    for name, inner in compared.subdirs.items():
        found += differing(inner, f"{where}{name}/")
    return found


def test_one_file_is_touched(scratch):
    assert differing(dircmp(ROOT / "firmware", scratch / "firmware")) == [DECLARED]
    assert differing(dircmp(ROOT / "host_tools", scratch / "host_tools")) == []


def test_tomo_scenario_and_docs_have_it(scratch, tmp_path):
    chip = tmp_path / "flash.bin"
    chip.write_bytes(chips.whole_chip(settings=chips.settings({})))
    blackout = (ROOT / "scenarios" / "blackout.toml").read_text(encoding="utf-8")
    blackout = blackout.replace("settings = {", "settings = { poll_s = 5,", 1)
    (tmp_path / "x.toml").write_text(blackout.replace("tier = 0", "tier = 0\nphase = 2", 1))
    (tmp_path / "data").symlink_to(ROOT / "scenarios" / "data")
    path = os.pathsep.join(str(scratch / part) for part in ("host_tools", "firmware", ""))
    done = subprocess.run(
        [sys.executable, "-c", VIEWS, chip, tmp_path / "x.toml"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
        cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert {"poll_s", "loads.NUMBER.phase"} <= set(seen["list"])
    assert (seen["show"]["poll_s"], seen["show"]["loads.0.phase"]) == (9, 2)
    assert "| `poll_s` | 1 to 60 s | 7 s | after restart | technician | Between" in seen["page"]
    assert "| `loads.NUMBER.phase` | 1 or 2 | 1 |" in seen["page"]
    assert (seen["scenario"]["poll_s"], seen["scenario"]["loads"][0]["phase"]) == (5, 2)


def test_the_console_has_it(scratch, desk32):
    folders = [ROOT / "tests/helpers", scratch / "firmware"]
    folders += [ROOT / "stubs" / part for part in ("shims", "unix", "chips")]
    done = subprocess.run(
        [desk32, "-X", "heapsize=512k", "-c", CONSOLE],
        env={"MICROPYPATH": ":".join([*map(str, folders), ".frozen"])},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said == [
        {"event": "set", "key": "poll_s", "reboot": True},
        {"event": "error", "refused": "poll_s", "allowed": "1 to 60 s"},
        {"event": "set", "key": "loads.0.phase", "reboot": True},
        {"event": "settings", "document": {"poll_s": 8, "loads": [{"phase": 2}]}},
        8,
    ]
