"""Shows the tests that run on MicroPython to pytest: one item for each test and desk build.

A file under tests/unit is read with `ast`, never imported by CPython. Each item then runs its test
in a fresh process of that build, with all it imports compiled before (tests/compiled.py);
tests/lib/unittest.py answers with records (its docstring says which). Literals at the top of a file
or of a test class change how it is run:

    SIZES = ("desk64",)   run on these builds only; both by default
    HEAP = "128k"         heap of the process; 512k by default
    TIMEOUT_S = 120       seconds until the process counts as hung; 60 by default

A test that locks the heap (`no_heap`) runs once more on the firmware as it is frozen into desk32:
freezing turns numbers of a constant tuple that are beyond 14 bits into big integers, and these take
heap in every sum.
"""

import ast
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bootstrap.lean import beside
from tests.compiled import compiled, place

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = {"SIZES": ("desk32", "desk64"), "HEAP": "512k", "TIMEOUT_S": 60}
_RECORD = "\x1e"
TESTS = ("tests/lib", "tests/helpers")
_SOURCES = ("firmware", "stubs/shims", "stubs/unix", "stubs/chips")
# What tests look for beside tests/helpers and beside themselves; read as it is.
BOARDS = ("boards", "examples")
DATA = "tests/vectors"
_BUILD = ROOT / "build"
FROZEN = "frozen"


def program(size: str) -> Path:
    return _BUILD / ("desk32" if size == FROZEN else size)


def environment(frozen: bool = False) -> dict[str, str]:
    """Sources on disk win over frozen ones, so that a test sees the file that was just saved."""
    names = TESTS if frozen else TESTS + _SOURCES
    _link_boards_and_data(frozen)
    folders = [in_build(ROOT / name, frozen) for name in names]
    return {**os.environ, "MICROPYPATH": ":".join([*map(str, folders), ".frozen"])}


@cache
def in_build(path: Path, frozen: bool) -> Path:
    """A file or folder of the checkout, compiled for what is on disk or for the frozen firmware."""
    source = _beside_frozen(path) if frozen else path
    return compiled(source, _place(frozen) / path.relative_to(ROOT))


def _place(frozen: bool) -> Path:
    return place(_BUILD) / (FROZEN if frozen else "source")


@cache
def _link_boards_and_data(frozen: bool) -> None:
    for name in (*BOARDS, DATA):
        link = _place(frozen) / name
        link.parent.mkdir(parents=True, exist_ok=True)
        target = _beside_frozen(ROOT / name) if frozen and name in BOARDS else ROOT / name
        with suppress(FileExistsError):
            link.symlink_to(target)


@cache
def _beside_frozen(path: Path) -> Path:
    """A copy of a test or of what tests import: frozen firmware has no names for its numbers."""
    return beside(path, _BUILD / "beside" / path.relative_to(ROOT))


class WentWrong(Exception):
    """A test failed on the desk; the text is for the reader."""


def _literals(body: list[ast.stmt]) -> dict[str, Any]:
    """The settings of DEFAULTS that are assigned in `body`."""
    found = {}
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            if name in DEFAULTS:
                found[name] = ast.literal_eval(statement.value)
    return found


def _base_names(kind: ast.ClassDef) -> list[str]:
    names = [base.attr if isinstance(base, ast.Attribute) else base for base in kind.bases]
    return [name.id if isinstance(name, ast.Name) else str(name) for name in names]


class Source:
    """What `ast` can tell about one test file."""

    def __init__(self, path: Path) -> None:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        self.settings = DEFAULTS | _literals(tree.body)
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def tests(self) -> dict[str, dict[str, ast.stmt]]:
        """{class: {test: source}} of every TestCase in the file, inherited tests included."""
        found = {name: self._methods(name) for name in self.classes if self._is_case(name)}
        return {name: methods for name, methods in found.items() if methods}

    def _is_case(self, name: str) -> bool:
        if name not in self.classes:
            return name == "TestCase"
        return any(self._is_case(base) for base in _base_names(self.classes[name]))

    def _methods(self, name: str) -> dict[str, ast.stmt]:
        if name not in self.classes:
            return {}
        kind = self.classes[name]
        methods = {}
        for base in reversed(_base_names(kind)):
            methods |= self._methods(base)
        for node in kind.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("test"):
                    methods[node.name] = node
        return methods


class DeskFile(pytest.File):
    """One test file. See the top of this module."""

    def collect(self) -> Iterator["DeskClass"]:
        try:
            self.source = Source(self.path)
        except SyntaxError as error:
            raise self.CollectError(f"{error}") from None
        self.tests = self.source.tests()
        for name in self.tests:
            yield self.class_kind().from_parent(self, name=name)

    def class_kind(self) -> type["DeskClass"]:
        return DeskClass


class DeskClass(pytest.Collector):
    parent: DeskFile

    def collect(self) -> Iterator["DeskItem"]:
        kind = self.parent.source.classes[self.name]
        settings = self.parent.source.settings | _literals(kind.body)
        for test, source in self.parent.tests[self.name].items():
            line, sizes = source.lineno, settings["SIZES"]
            if "desk32" in sizes and "no_heap" in ast.unparse(source):
                sizes = (*sizes, FROZEN)
            for size in self.machines(sizes):
                yield self.item_kind().from_parent(
                    self, name=f"{test}[{size}]", test=test, line=line, size=size, settings=settings
                )

    def item_kind(self) -> type["DeskItem"]:
        return DeskItem

    def machines(self, sizes: tuple[str, ...]) -> tuple[str, ...]:
        """Where a test that is written for these builds is run."""
        return sizes


class DeskItem(pytest.Item):
    parent: DeskClass

    def __init__(
        self, *, test: str, line: int, size: str, settings: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.test = test
        self._line = line
        self.size = size
        self.settings = settings

    def runtest(self) -> None:
        if not program(self.size).exists():
            pytest.skip(f"no {self.size} in build/; run `make setup`")
        self.judge_output(*self._run_process())

    def judge_output(self, output: str, status: int) -> None:
        """Of a process that ran this test alone."""
        records, said = read_output(output)
        if said:
            self.add_report_section("call", "desk", said)
        if len(records) != 2 or "done" not in records[1]:
            raise WentWrong(f"{self.size} ended before the test did: {_meaning(status)}\n{said}")
        self.judge(records[0], records[1]["done"])

    def _run_process(self) -> tuple[str, int]:
        words = ["-c", "import unittest; unittest.command()"]
        frozen = self.size == FROZEN
        path = in_build(self.path, frozen) if self.path.is_relative_to(ROOT) else self.path
        target = [str(path), self.parent.name, self.test]
        command = [str(program(self.size)), "-X", f"heapsize={self.settings['HEAP']}"]
        limit_s = self.settings["TIMEOUT_S"]
        # A folder of its own: what a test writes disturbs neither the checkout nor other tests.
        with tempfile.TemporaryDirectory(prefix="desk-test-") as folder:
            try:
                done = subprocess.run(
                    [*command, *words, *target],
                    cwd=folder,
                    env=environment(frozen),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=limit_s,
                    check=False,
                )
            except subprocess.TimeoutExpired as late:
                said = (late.stdout or b"").decode(errors="replace")
                raise WentWrong(f"no end after {limit_s} s on {self.size}\n{said}") from None
        return done.stdout.decode(errors="replace"), done.returncode

    def judge(self, record: dict[str, Any], tests: dict[str, list[str]]) -> None:
        if record["outcome"] == "skipped":
            pytest.skip(record["text"])
        if record["outcome"] != "passed":
            raise WentWrong(_readable(record["text"]))
        collected = self.parent.parent.tests
        unseen = [f"{k}.{t}" for k in tests for t in tests[k] if t not in collected.get(k, ())]
        if unseen:
            # Made at run time or inherited from another file: they would never have been run.
            raise WentWrong(f"tests that reading the file does not show: {', '.join(unseen)}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo, style: Any = None) -> Any:
        if isinstance(excinfo.value, WentWrong):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line - 1, f"{self.parent.name}.{self.name}"


def read_output(output: str) -> tuple[list[dict[str, Any]], str]:
    """The records of tests/lib/unittest.py, and what was said else."""
    lines = output.split("\n")  # splitlines() would take the record mark for a line's end
    records = [json.loads(line[1:]) for line in lines if line.startswith(_RECORD)]
    return records, "\n".join(line for line in lines if line[:1] not in ("", _RECORD))


def _readable(text: str) -> str:
    """A MicroPython traceback without the runner's lines; its last line, which says what, first."""
    for folder in (f"{_BUILD}/beside/", f"{_BUILD.relative_to(ROOT)}/beside/", f"{ROOT}/"):
        text = text.replace(folder, "")
    own = 'File "tests/lib/unittest.py"'
    lines = [line for line in text.splitlines() if line and not line.strip().startswith(own)]
    return "\n".join([lines[-1], *lines])


def _meaning(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"killed by {signal.Signals(-status).name}"
