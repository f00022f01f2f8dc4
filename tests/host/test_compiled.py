"""tests/compiled.py: what tests on the desk import is what was just saved."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.compiled import compiled
from tests.desk_bridge import program

pytestmark = pytest.mark.usefixtures("desk32")


@pytest.fixture
def saved(tmp_path):
    """saved(name=text) saves NAME.py; what importing all of them then prints, errors too."""
    folder = tmp_path / "source"
    (folder / "room").mkdir(parents=True)

    def save_and_import(**texts: str) -> str:
        for name, text in texts.items():
            (folder / "room" / f"{name}.py").write_text(text)
        done = subprocess.run(
            [program("desk32"), "-c", f"import {', '.join(f'room.{name}' for name in texts)}"],
            env=os.environ | {"MICROPYPATH": str(compiled(folder, tmp_path / "compiled"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    return save_and_import


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.*py"))


def test_what_is_saved_is_compiled_and_runs(saved, tmp_path):
    assert saved(one="print(1)", two="print(2)") == "1\n2\n"
    assert lying(tmp_path / "compiled") == ["one.mpy", "two.mpy"]
    assert saved(one="print(3)") == "3\n"


def test_what_is_gone_is_not_found(saved, tmp_path):
    saved(one="print(1)", two="print(2)")
    (tmp_path / "source" / "room" / "two.py").unlink()
    assert saved(one="import room.two").endswith("ImportError: no module named 'room.two'\n")


def test_what_does_not_compile_says_so_where_it_is_imported_until_it_is_mended(saved, tmp_path):
    assert saved(one="print(1)") == "1\n"
    assert saved(one="print(1").endswith("SyntaxError: invalid syntax\n")
    assert lying(tmp_path / "compiled") == ["one.py"]
    assert saved(one="print(3)") == "3\n"


def test_a_traceback_names_the_source(saved, tmp_path):
    place = f'File "{tmp_path}/source/room/one.py", line 2, in <module>\n'
    assert saved(one="\n1 / 0").endswith(f"{place}ZeroDivisionError: divide by zero\n")
