"""bootstrap.link: modules that are always together become one, and mean the same."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from bootstrap import link as linking
from bootstrap.constants import inline
from bootstrap.lean import strip
from bootstrap.link import CannotLink, link
from tests.desk_bridge import ROOT

FILES = {
    "pack": "",
    "pack.low": "from time import time\n\n\ndef name():\n    return 'low'\n\n\nHELD = [1]\n",
    "pack.mid": (
        "from time import time\nfrom pack import low\nfrom pack.low import HELD as held\n\n\n"
        "def name(low=None):\n    return low or own()\n\n\n"
        "def own():\n    return 'mid over ' + low.name() + str(len(held)) + str(time() > 0)\n"
    ),
    "pack.hash": "def hash():\n    return 'our own'\n",
    "pack.root": (
        "from pack import mid\nfrom pack.hash import hash\nfrom pack.mid import own\n\n\n"
        "def tell():\n    from pack.late import late\n\n    return own() + ', ' + late()\n\n\n"
        "def parameter():\n    return mid.name('given'), hash()\n"
    ),
    "pack.late": (
        "from pack import low, mid\nfrom pack.low import HELD\n\n\n"
        "def late():\n    return mid.name() + ' ' + low.name() + str(HELD)\n"
    ),
}


@pytest.fixture(autouse=True)
def groups(request, monkeypatch):
    if "firmware" in request.node.name:
        return
    monkeypatch.setattr(linking, "GROUPS", {"pack.all": ("pack.root",)})


@pytest.fixture
def run(tmp_path, monkeypatch) -> Iterator:
    """Write files and import a module of theirs."""
    monkeypatch.syspath_prepend(tmp_path)

    def imported(texts: dict[str, str], module: str):
        for name, text in texts.items():
            path = tmp_path / (
                name.replace(".", "/") + ("/__init__.py" if name == "pack" else ".py")
            )
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return import_module(module)

    yield imported
    for name in [name for name in sys.modules if name.partition(".")[0] == "pack"]:
        del sys.modules[name]


TOLD = "mid over low1True, mid over low1True low[1]"


def test_the_files_as_written_say_what_the_test_expects(run):
    root = run(FILES, "pack.root")
    assert (root.tell(), root.parameter()) == (TOLD, ("given", "our own"))


def test_linked_files_say_the_same_by_the_groups_name_and_by_the_modules(run):
    linked = link(FILES)
    group = run(linked, "pack.all")
    assert (group.tell(), group.parameter()) == (TOLD, ("given", "our own"))
    root, mid = import_module("pack.root"), import_module("pack.mid")
    assert root.tell is group.tell
    assert mid.name() == "mid over low1True"


NAMED_TWICE = {
    "pack": "",
    "pack.low": "name = 'low'\n",
    "pack.mid": "name = 'mid'\n\n\ndef tell(name=name):\n    return name\n\n\n"
    "def ask():\n    def inner():\n        name = 'inner'\n        return name\n\n"
    "    return name + inner()\n",
    "pack.root": "from pack import low, mid\ndef all():\n"
    "    return low.name, mid.tell(), mid.ask()\n",
}


def test_a_default_and_a_name_of_a_function_within_are_what_they_were(run):
    assert run(link(NAMED_TWICE), "pack.root").all() == ("low", "mid", "midinner")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("for two things", "def name():\n    from pack.low import name\n    return name()\n"),
        (
            "for two things",
            "def f():\n    from pack.low import name\ndef g():\n    from pack.other import name\n",
        ),
        ("renamed here", "name = 1\n\n\nclass Named:\n    name = 'an attribute'\n"),
    ],
    ids=["its own and imported", "from two modules", "an attribute of a class"],
)
def test_what_would_come_to_mean_something_else_is_refused(why, text):
    with pytest.raises(CannotLink, match=why):
        link(NAMED_TWICE | {"pack.mid": text, "pack.root": "from pack import low, mid\n"})


def test_what_is_imported_inside_a_function_stays_a_file():
    linked = link(FILES)
    assert "def late" in linked["pack.late"]
    assert "def late" not in linked["pack.all"]


def test_what_is_let_go_stays_a_file_for_itself(monkeypatch):
    monkeypatch.setattr(linking, "GROUPS", {"tomoshibi.all": ("tomoshibi.a.root",)})
    texts = {
        "tomoshibi.a.root": "from tomoshibi.a.start import go\nlet_go('a.start')\n",
        "tomoshibi.a.start": "def go():\n    pass\n",
    }
    linked = link(texts)
    assert linked["tomoshibi.a.start"] == texts["tomoshibi.a.start"]
    assert linked["tomoshibi.all"] == texts["tomoshibi.a.root"]


def test_imports_in_a_circle_are_refused():
    texts = {"pack.root": "from pack.other import x\n", "pack.other": "from pack import root\n"}
    with pytest.raises(CannotLink, match=r"pack\.root -> pack\.other -> pack\.root"):
        link(texts)


@pytest.mark.parametrize(
    "text",
    [
        "def name():\n    pass\n\n\ndef other():\n    global name\n    name = 1\n",
        "def name():\n    pass\n\n\ndef other():\n    return f'{name}'\n",
        "from pack import low\n\n\ndef other():\n    return low\n",
    ],
)
def test_what_cannot_be_renamed_is_refused_with_its_line(text):
    imports = "from pack.low import name as n\n"  # its name is taken in the group
    texts = {"pack.low": FILES["pack.low"], "pack.root": imports + text}
    with pytest.raises(CannotLink, match=r"pack.root:\d+: "):
        link(texts)


def test_every_line_of_the_linked_firmware_leads_to_the_file_that_it_comes_from():
    texts, linked = _linked_firmware()
    rows = _rows(linked)
    assert len(rows) > 50
    for frozen, first, written in rows:
        block = linked[_module(frozen)].split("\n")[first - 1 :]
        source = texts[_module(written)].split("\n")
        names = [
            (number, node.name)
            for number, node in _definitions(source)
            if node.name in block[number - 1]
        ]
        assert len(names) == len(list(_definitions(source)))


def test_no_module_of_a_group_is_asked_for_by_its_name_in_the_firmware():
    linked = _linked_firmware()[1]
    rows = _rows(linked)
    members = {_module(written) for _, _, written in rows}
    for name, text in linked.items():
        if name in members or name == "tomoshibi.node.names":
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in members, name
                assert not {f"{node.module}.{each.name}" for each in node.names} & members, name


@cache
def _linked_firmware() -> tuple[dict[str, str], dict[str, str]]:
    """The firmware's modules before and after."""
    firmware = ROOT / "firmware"
    texts = {_module(str(p.relative_to(firmware))): p.read_text() for p in firmware.rglob("*.py")}
    lean = {name: strip(text) for name, text in inline(texts).items()}
    return lean, link(lean)


def _rows(linked: dict[str, str]) -> tuple[tuple[str, int, str], ...]:
    found = {}
    exec(linked[linking.LINES], {"const": tuple}, found)
    return found["LINES"]


def _module(path: str) -> str:
    return ".".join(Path(path).with_suffix("").parts)


def _definitions(lines: list[str]) -> Iterator[tuple[int, ast.FunctionDef | ast.ClassDef]]:
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node
