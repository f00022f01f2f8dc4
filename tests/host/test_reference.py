"""docs/events.md and docs/console.md say what the rows say; what a new kind of event takes."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.desk_bridge import ROOT
from tomo.render import reference

FIRMWARE = ROOT / "firmware" / "tomoshibi"
ROWS = "firmware/tomoshibi/wire/events.py"
CONSTANTS = "firmware/tomoshibi/core/events.py"
DOOR = (
    '    (17, "DOOR", "door", "The cabinet was opened.",\n'
    '     ("", ""), ("", ""), ("lux", "lx"), "opens at {lux} lx{cause}"),\n'
)


@pytest.mark.parametrize("file", ["commands.py", "load_commands.py", "lamp_commands.py"])
def test_every_command_has_its_row_and_every_row_its_handler(file):
    handlers = re.findall(r"def do_(\w+)\(", (FIRMWARE / "node" / file).read_text("utf-8"))
    rows = reference.commands(file)
    assert sorted(handlers) == sorted(usage.split()[0] for usage, _ in rows)
    assert all(sentence.endswith(".") for _, sentence in rows)


# What the copy says of an event 17, on the console and in a story, and its page.
ASK = """
from tomo.jobs.story import words_of
from tomo.render.reference import pages
from tomoshibi.wire import events
told = events.told((12, 34, 17, 0, 0, 120, 1, 0, -1, 0, 0), [])
print(told, words_of(told), [l for l in pages()["events.md"].split(chr(10)) if "`door`" in l])
"""


def ask(folder):
    path = os.pathsep.join(str(folder / name) for name in ("firmware", "host_tools", "."))
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | {"PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_new_kind_is_one_row_and_its_name_and_found_on_console_in_story_and_page(tmp_path):
    for name in ("firmware", "host_tools", "boards"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=leave)
    assert "opens at" not in ask(tmp_path)
    rows, constants = tmp_path / ROWS, tmp_path / CONSTANTS
    text = rows.read_text("utf-8")
    end = text.index(")  # fmt: skip")  # of KINDS, the first table
    rows.write_text(text[:end] + DOOR + text[end:], "utf-8")
    # The name that the firmware records it with: `record(events.DOOR, ...)`.
    text = constants.read_text("utf-8")
    last = text.index("BROKEN_CYCLE = ")
    constants.write_text(text[:last] + "DOOR = const(17)\n" + text[last:], "utf-8")
    said = ask(tmp_path)
    assert "'event': 'door', 'lux': 120, 'cause': 'start'" in said
    assert "opens at 120 lx (start)" in said
    assert "| 17 | `door` | The cabinet was opened. |  |  | `lux`: lx |" in said
    changed = [
        path.relative_to(tmp_path).as_posix()
        for path in tmp_path.rglob("*.py")
        if path.read_bytes() != (ROOT / path.relative_to(tmp_path)).read_bytes()
    ]
    assert sorted(changed) == [CONSTANTS, ROWS]
