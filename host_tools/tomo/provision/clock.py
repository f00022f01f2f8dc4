"""Whether this machine's clock can be believed: a node would keep a wrong time for years."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tomo.errors import MachineRefused

# No work is done in the past. A day, as clocks are set and zones are mistaken.
_BEHIND = timedelta(days=1)
# So long nobody has neither used nor renewed these tools: rather, the clock is wrong.
_AHEAD = timedelta(days=300)
# A node that a time server set is right to a second, and tells it to the minute.
_APART = timedelta(minutes=3)


class ClockDoubtful(MachineRefused):
    """This machine's clock is not to be believed, and no node is set by it."""


def installed() -> datetime:
    """When these tools came onto this machine."""
    return datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)


def need_credible(
    now: datetime, tools: datetime, last_work: datetime | None, node: datetime | None
) -> None:
    """Raise ClockDoubtful if `now` cannot be, by what else is known of the time.

    last_work   the newest entry of the inventory; None if there is none
    node        the node's own clock, if a time server has set it
    """
    reasons = list(_doubts(now, tools, last_work, node))
    if reasons:
        raise ClockDoubtful(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but {', and '.join(reasons)}",
            "Set it right. If it is right: --trust-clock.",
        )


def _doubts(
    now: datetime, tools: datetime, last_work: datetime | None, node: datetime | None
) -> Iterator[str]:
    known = {"these tools were installed at": tools, "the inventory's last entry is of": last_work}
    told = {what: when for what, when in known.items() if when is not None}
    what, newest = max(told.items(), key=lambda one: one[1])
    if not -_BEHIND <= now - newest <= _AHEAD:
        yield f"{what} {newest:%Y-%m-%d %H:%M}"
    if node is not None and abs(now - node) > _APART:
        yield f"the node was set to {node:%Y-%m-%d %H:%M} by a time server"
