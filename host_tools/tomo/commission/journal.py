"""What was done so far, in a file: a walk that was cut goes on, and knows what to restore."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tomo.commission.records import RIGHT, SKIPPED, WRONG, Check, Finding, Trial
from tomo.errors import HostError

_VERSION = 1


class Journal:
    """`save` stores its text, whole or not at all. `text` is what was stored, empty for nothing.

    Raises HostError for a text that is none of ours, or of another board.
    """

    def __init__(self, mac: str, text: str, save: Callable[[str], None]) -> None:
        self._save = save
        self._told: dict[str, Any] = {"version": _VERSION, "mac": mac, "restore": {}, "steps": {}}
        if text:
            self._told |= _read(text, mac)

    @property
    def restore(self) -> dict[str, bool]:
        """What is not as it was found: circuits, or `lamp`, and whether each was on."""
        return self._told["restore"]

    def owe(self, what: str, on: bool) -> None:
        """Before something is switched: how it was found."""
        self.restore[what] = on
        self._store()

    def paid(self, what: str) -> None:
        """It is again as it was found."""
        self.restore.pop(what, None)
        self._store()

    def is_done(self, step: str) -> bool:
        """Whether all of it was right: what was wrong or skipped is tried anew."""
        checks = self.checks(step)
        return bool(checks) and all(one.state == RIGHT for one in checks)

    def checks(self, step: str) -> list[Check]:
        """What came of a step."""
        return [_check(one) for one in self._told["steps"].get(step, {}).get("checks", [])]

    def trials(self) -> dict[int, Trial]:
        """All loads that were switched, by circuit."""
        found = [one["trial"] for one in self._told["steps"].values() if one.get("trial")]
        return {one["circuit"]: _trial(one) for one in found}

    def put(self, step: str, checks: list[Check], trial: Trial | None = None) -> None:
        """Store what came of a step."""
        self._told["steps"][step] = {
            "checks": [asdict(one) for one in checks],
            "trial": asdict(trial) if trial else None,
        }
        self._store()

    def judged(self, step: str, check: Check) -> None:
        """What comes of a trial depends on the others': it is judged anew with each."""
        self._told["steps"][step]["checks"] = [asdict(check)]

    def report(self, head: dict[str, Any]) -> dict[str, Any]:
        """All of it, for people and programs; stored."""
        checks = [one for step in self._told["steps"] for one in self.checks(step)]
        findings = list(dict.fromkeys(one.finding for one in checks if one.finding))
        self._told |= head | {
            "whole": not findings,
            "counts": {
                state: sum(one.state == state for one in checks)
                for state in (RIGHT, WRONG, SKIPPED)
            },
            "findings": [asdict(one) for one in findings],
        }
        self._store()
        return self._told

    def _store(self) -> None:
        self._save(json.dumps(self._told, ensure_ascii=False, indent=1) + "\n")


def _read(text: str, mac: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
        if told["version"] != _VERSION or not isinstance(told["steps"], dict):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise HostError("what is there is no commissioning", "Name another --out.") from None
    if told["mac"] != mac:
        raise HostError(
            f"the commissioning there is of board {told['mac']}, and this one is {mac}",
            "Name another --out, or another port.",
        )
    return {name: told[name] for name in ("restore", "steps")}


def _check(told: dict[str, Any]) -> Check:
    finding = told["finding"]
    if finding:
        finding = Finding(finding["kind"], tuple(finding["circuits"]), finding["says"])
    return Check(told["what"], told["state"], told["expected"], told["seen"], finding)


def _trial(told: dict[str, Any]) -> Trial:
    """Circuits are numbers, which JSON does not have as keys."""
    before, after = ({int(at): one for at, one in told[key].items()} for key in ("before", "after"))
    return Trial(told["circuit"], before, after)
