"""Shows the tests of tests/unit to pytest as items that run on the RV32 build.

Those of a file run one after the other in one machine. What does not pass there has a machine of
its own, as each test has on the desk, and that decides.
"""

import tomllib
from functools import cache
from typing import Any

import pytest

from tests.desk_bridge import ROOT, DeskClass, DeskFile, DeskItem, WentWrong, read_output
from tests.rv32 import machine

LISTED = ROOT / "tests" / "rv32" / "listed.toml"
# A second of desk32 is some fifteen here, and the machine may be busy.
_TOGETHER_S = 400
_ALONE_S = 180
# Who cannot run here may as well never end.
_LISTED_S = 20
_NAME = "rv32"


@cache
def listed(kind: str) -> dict[str, str]:
    """{file, class or test as pytest names it: why it is skipped}; kind is `cannot` or `long`."""
    rows = tomllib.loads(LISTED.read_text(encoding="utf-8"))[kind]
    return {name: row["reason"] for row in rows for name in row["tests"]}


def size_of(heap: str) -> int:
    """Bytes of a HEAP setting."""
    return int(heap.removesuffix("k")) * 1024


class Rv32File(DeskFile):
    def class_kind(self) -> type[DeskClass]:
        return Rv32Class

    @cache  # noqa: B019 (files live as long as the session)
    def together(self, reason: str) -> tuple[dict["Rv32Item", dict[str, Any]], dict]:
        """How the tests ended that are listed for this reason, by item; {} and all tests' names."""
        chosen = [
            item
            for item in self.session.items
            if isinstance(item, Rv32Item)
            and item.file is self
            and not item.reason("long")
            and item.reason("cannot") == reason
        ]
        heap = max(size_of(item.settings["HEAP"]) for item in chosen)
        output = machine.run(
            self.path,
            [item.case for item in chosen],
            heap,
            _LISTED_S if reason else _TOGETHER_S,
        )
        records, _ = read_output(output)
        names = records.pop()["done"] if records and "done" in records[-1] else {}
        return dict(zip(chosen, records, strict=False)), names


class Rv32Class(DeskClass):
    def item_kind(self) -> type[DeskItem]:
        return Rv32Item

    def machines(self, sizes: tuple[str, ...]) -> tuple[str, ...]:
        # With words of 32 bits, as desk32.
        return (_NAME,) if "desk32" in sizes else ()


class Rv32Item(DeskItem):
    @property
    def file(self) -> Rv32File:
        file = self.parent.parent
        assert isinstance(file, Rv32File)
        return file

    @property
    def case(self) -> tuple[str, str]:
        return self.parent.name, self.test

    def reason(self, kind: str) -> str:
        """Why it is listed so, or nothing."""
        names = (self.file.nodeid, self.parent.nodeid, f"{self.parent.nodeid}::{self.test}")
        found = listed(kind)
        return next((found[name] for name in names if name in found), "")

    def runtest(self) -> None:
        if too_long := self.reason("long"):
            pytest.skip(too_long)
        reason = self.reason("cannot")
        records, names = self.file.together(reason)
        record = records.get(self, {"outcome": "none"})
        passed = record["outcome"] == "passed"
        if reason:
            if passed:
                raise WentWrong(f"passes on RV32: take it off {LISTED.relative_to(ROOT)}")
            pytest.skip(reason)
        if passed and names:
            self.judge(record, names)
        else:
            self._alone()

    def _alone(self) -> None:
        heap = size_of(self.settings["HEAP"])
        self.judge_output(machine.run(self.path, [self.case], heap, _ALONE_S), 0)
