"""Recorded power from the CSV files beside a scenario.

Files: a header row, `time_utc` (ISO 8601 with Z, regular spacing), one column a quantity; an
empty cell is a missing measurement and keeps the value before it. `.gz` is gzip.
"""

import csv
import gzip
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path


class BadRecording(Exception):
    """The file or its use is off; `key` is the scenario's key to blame."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class Recording:
    """One column: `values_w[i]` holds from `first` + i * `step` on, for one step."""

    def __init__(self, path: Path, first: datetime, step: timedelta, values_w: list[float]) -> None:
        self.path = path
        self.first = first
        self.step = step
        self.values_w = values_w

    @staticmethod
    def read(path: Path, column: str) -> "Recording":
        return _read(path, column)

    def covers(self, start: datetime, duration_ms: int) -> None:
        """Raises BadRecording unless the recording holds all of the time wanted."""
        last = self.first + self.step * len(self.values_w)
        if start < self.first or start + timedelta(milliseconds=duration_ms) > last:
            span = f"{self.first:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ}"
            raise BadRecording("start", f"{self.path.name} holds {span} only")


@lru_cache(maxsize=32)
def _read(path: Path, column: str) -> Recording:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "time_utc" not in rows[0]:
        raise BadRecording("file", f"{path.name} has no time_utc column or no rows")
    if column not in rows[0]:
        known = ", ".join(name for name in rows[0] if name != "time_utc")
        raise BadRecording("column", f"{path.name} has {known}, not {column}")
    times = [datetime.fromisoformat(row["time_utc"]) for row in rows[:2]]
    values: list[float] = []
    for row in rows:
        values.append(float(row[column]) if row[column] else values[-1] if values else 0.0)
    return Recording(path, times[0], times[1] - times[0], values)
