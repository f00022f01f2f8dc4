"""What `tomo doctor` found, for people."""

from collections.abc import Iterable

from rich.text import Text

from tomo.doctor.records import FAIL, OK, WARN, Finding

STYLES = {OK: "green", WARN: "yellow", FAIL: "red"}
_INDENT = " " * 6


def lines(finding: Finding) -> Text:
    """State, check and what was found; below it what to do."""
    text = Text(f"{finding.state:<6}", STYLES[finding.state])
    text.append(f"{finding.check}: {finding.found}", "")
    if finding.remedy:
        text.append(f"\n{_INDENT}{finding.remedy}", "bold")
    return text


def summary(findings: Iterable[Finding]) -> str:
    """How many of each, such as `9 ok, 1 warn, 0 fail`."""
    states = [finding.state for finding in findings]
    return ", ".join(f"{states.count(state)} {state}" for state in STYLES)
