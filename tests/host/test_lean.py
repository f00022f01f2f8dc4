"""bootstrap.lean: what a device has no use for is gone, and nothing else."""

import ast

import pytest

from bootstrap.lean import lean, strip
from tests.desk_bridge import ROOT

MODULES = sorted((ROOT / "firmware").rglob("*.py"))


def test_imports_of_const_and_type_checking_go_with_what_only_checkers_read():
    text = (
        '"""Doc."""\n'
        "from micropython import const\n"
        "from typing import TYPE_CHECKING\n"
        "\n"
        "if TYPE_CHECKING:\n"
        "    from machine import Pin\n"
        "\n"
        "_A = const(1)\n"
    )
    assert strip(text) == '"""Doc."""\n\n\n\n\n\n\n_A = const(1)\n'


def test_the_rest_of_an_import_stays():
    text = "from micropython import const, heap_lock\n_A = const(1)\nheap_lock()\n"
    assert strip(text) == "from micropython import heap_lock\n_A = const(1)\nheap_lock()\n"
    lines = "from micropython import (\n    const,\n    heap_lock,\n)\n_A = const(1)\nheap_lock()\n"
    assert strip(lines).splitlines()[0] == "from micropython import heap_lock"
    assert strip(lines).splitlines()[4:] == ["_A = const(1)", "heap_lock()"]


@pytest.mark.parametrize(
    "text",
    [
        "from micropython import const\n\n\ndef f(x):\n    return const(x)\n",
        "from micropython import const\nmap(const, (1, 2))\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    A = 1\nelse:\n    A = 2\n",
        "from typing import TYPE_CHECKING\nprint(TYPE_CHECKING)\n",
        "from micropython import const as fixed\n_A = fixed(1)\n",
        "import micropython\n_A = micropython.const(1)\n",
    ],
)
def test_what_is_used_otherwise_stays(text):
    assert strip(text) == text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_module_of_ours_keeps_its_lines_and_what_runs(path):
    text = path.read_text("utf-8")
    stripped = strip(text)
    assert len(stripped.splitlines()) == len(text.splitlines())

    def running(source):
        found = {}
        for node in ast.parse(source).body:
            checked = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            if not checked and not isinstance(node, ast.ImportFrom):
                found[node.lineno] = ast.dump(node)
        return found

    assert running(stripped) == running(text)


def test_a_copy_follows_its_source(tmp_path):
    source, copy = tmp_path / "source", tmp_path / "copy"
    (source / "room").mkdir(parents=True)
    (source / "room" / "a.py").write_text("from micropython import const\n_A = const(1)\nf(_A)\n")
    (source / "b.py").write_text("B = 2\n")
    assert lean(str(source), str(copy)) == str(copy)
    assert (copy / "room" / "a.py").read_text() == "\n\nf(1)\n"
    (source / "b.py").unlink()
    (source / "room" / "a.py").write_text("f(3)\n")
    lean(str(source), str(copy))
    found = {str(path.relative_to(copy)): path.read_text() for path in copy.rglob("*.py")}
    assert found == {"room/a.py": "f(3)\n"}
