"""What a node's clock is to be set to: as it is typed, and as its console takes it."""

from datetime import UTC, datetime, timedelta

from tomo.errors import UsageError

# What a node takes: no board of ours is older, and SNTP and its calendar reach further than this.
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_END = datetime(2100, 1, 1, tzinfo=UTC)


def moment(text: str | None) -> datetime:
    """The whole second in UTC that `text` says in ISO 8601; the one nearest to now for None.

    Without an offset from UTC it is this machine's local time. Raises UsageError.
    """
    if text is None:
        return nearest(datetime.now(UTC))
    try:
        when = nearest(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no date and time",
            "Write it as 2026-11-25T12:00:00+09:00, with Z for UTC; without either it is local.",
        ) from None
    if not _FIRST <= when < _END:
        raise UsageError(f"{text!r} is not from 2024 to 2099, UTC", "A node takes no other.")
    return when


def nearest(when: datetime) -> datetime:
    """The whole second that is nearest."""
    return (when + timedelta(milliseconds=500)).replace(microsecond=0)


def typed(when: datetime) -> str:
    """As the console's `time` takes it."""
    return f"{when:%Y-%m-%dT%H:%M:%S}"
