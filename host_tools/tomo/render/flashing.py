"""The flashing of many boards: lines while it goes on, a table and one object at the end."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from tomo.flashing.records import FAILED, NOT_ASKED, STARTS, Result

_COLOURS = {FAILED: "red"}


def size_words(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


def event_words(told: dict[str, Any]) -> str:
    """One line for what a worker said."""
    match told["event"]:
        case "board":
            return f"{told['chip']}, {size_words(told['flash_bytes'])}, {told['mac']}"
        case "note":
            return told["text"]
        case "compare":
            return "comparing"
        case "erase":
            return f"erasing {told['region']}"
        case "write":
            return f"writing {told['region']}"
        case "start":
            return "waiting for its start"
        case _:
            seconds = f"{told['seconds']:.1f} s"
            return f"{told['verdict']} in {seconds}" + (
                f": {told['reason']}" if told["reason"] else ""
            )


def done_words(result: Result) -> str:
    """What was written, erased and left alone."""
    parts = [f"{region} {size_words(size)}" for region, size in result.written.items()]
    parts += [f"{name} erased" for name in result.erased]
    if result.skipped:
        parts.append("not changed: " + ", ".join(result.skipped))
    return "; ".join(parts) or "nothing"


def verdict_words(result: Result) -> str:
    if result.verdict == FAILED:
        return f"FAILED: {result.reason}"
    if result.starts == NOT_ASKED:
        return result.verdict
    if result.starts == STARTS:
        return f"{result.verdict}, starts"
    heard = f" ({result.last_line})" if result.last_line else ""
    return f"{result.verdict}, start not seen{heard}"


def summary_table(results: Iterable[Result]) -> Table:
    table = Table()
    for column in ("port", "chip", "MAC", "flash", "written", "s", "verdict"):
        table.add_column(column, overflow="fold")  # the end of a port's name tells it apart
    for result in results:
        table.add_row(
            result.port,
            result.chip,
            result.mac,
            size_words(result.flash_bytes) if result.flash_bytes else "",
            done_words(result),
            f"{result.seconds:.1f}",
            verdict_words(result),
            style=_COLOURS.get(result.verdict, ""),
        )
    return table


def hints(results: Iterable[Result]) -> list[str]:
    """Each once, with the ports it is for."""
    ports: dict[str, list[str]] = {}
    for result in results:
        if result.verdict == FAILED and result.hint:
            ports.setdefault(result.hint, []).append(result.port)
    return [f"{', '.join(names)}: {hint}" for hint, names in ports.items()]


def summary_fields(
    board: str, image: str, sha256: str, results: Iterable[Result], left: list[str], status: int
) -> dict[str, Any]:
    """left   ports that were not begun or not finished"""
    return {
        "event": "summary",
        "board": board,
        "image": image,
        "sha256": sha256,
        "boards": [result.fields() for result in results],
        "left": left,
        "status": status,
    }
