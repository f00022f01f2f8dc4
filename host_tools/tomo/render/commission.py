"""A commissioning for people: a line a check, and a page to keep with the site's papers."""

from html import escape
from typing import Any

from tomo.commission.records import RIGHT, SKIPPED, WRONG, Check
from tomo.render.html import document, table

_CELLS = {RIGHT: "ok", WRONG: "bad", SKIPPED: "state"}


def line(check: Check) -> str:
    """One check; what was expected only where it was not seen."""
    if check.finding is None:
        return f"{check.state:<8}{check.what}: {check.seen}"
    return f"{check.state:<8}{check.what}: {check.seen}; expected: {check.expected}"


def verdict(report: dict[str, Any]) -> str:
    """How it ended, in a sentence."""
    counts = report["counts"]
    told = f"{counts[RIGHT]} right, {counts[WRONG]} wrong, {counts[SKIPPED]} skipped"
    return f"{report['node']}: {told}"


def page(report: dict[str, Any]) -> str:
    """The whole page."""
    kind = "held" if report["whole"] else "failed"
    place = f", {report['place']}" if report["place"] else ""
    parts = [
        f"<h1>{escape(report['node'])}{escape(place)}</h1>",
        f'<p class="sub">{escape(_who(report))}</p>',
        f'<div class="verdict {kind}">{escape(verdict(report))}</div>',
    ]
    if report["findings"]:
        rows = [
            f'<td class="t">{escape(one["kind"])}</td><td>{escape(one["says"])}</td>'
            for one in report["findings"]
        ]
        parts += ["<h2>What is wrong</h2>", table(("finding", "what to do"), rows)]
    parts += ["<h2>What was looked at</h2>", _checks(report)]
    parts.append("<footer>Wiring as this node's own meters and senses show it.</footer>")
    return document(f"Commissioning of {report['node']}", parts)


def _who(report: dict[str, Any]) -> str:
    site = f" of {report['site']}" if report["site"] else ""
    return f"Commissioning{site}: {report['board']}, MAC {report['mac']}, {report['at']} UTC"


def _checks(report: dict[str, Any]) -> str:
    checks = [one for step in report["steps"].values() for one in step["checks"]]
    rows = [
        f'<td class="{_CELLS[one["state"]]}">{one["state"]}</td>'
        + "".join(f"<td>{escape(one[key])}</td>" for key in ("what", "expected", "seen"))
        for one in checks
    ]
    return table(("", "what", "expected", "seen"), rows)
