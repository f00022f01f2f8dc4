"""Power over time: a recording's or a constant."""

from pathlib import Path

from tomo.scenario import records
from tomo.scenario.recordings import Recording


class Profile:
    """Power at a time of the scenario, W; constant over each step of the recording."""

    def __init__(self, profile: records.Profile, path: Path) -> None:
        self._scale = profile.scale
        self._watts = profile.watts
        if profile.watts is None and profile.start is not None:
            recording = Recording.read(path, profile.column)
            self._values_w = recording.values_w
            self._step_ms = int(recording.step.total_seconds() * 1000)
            self._offset_ms = int((profile.start - recording.first).total_seconds() * 1000)

    def at(self, now_ms: int) -> float:
        """W at `now_ms` of the scenario; never below 0 (an idle PV inverter draws a little)."""
        if self._watts is not None:
            return self._watts * self._scale
        index = (now_ms + self._offset_ms) // self._step_ms
        return max(0.0, self._values_w[min(index, len(self._values_w) - 1)] * self._scale)

    def next_change_ms(self, now_ms: int) -> int | None:
        """When the value may differ next; None: never."""
        if self._watts is not None:
            return None
        behind = (now_ms + self._offset_ms) % self._step_ms
        return now_ms + self._step_ms - behind
