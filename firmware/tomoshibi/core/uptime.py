"""Time since power-up that does not wrap when the platform's ticks do (after 12.4 days)."""

from time import ticks_diff, ticks_ms


class Uptime:
    """Seconds and milliseconds since this object was made, and what they are set to before.

    `update` must be called at least once in 6 days; the control cycle does so fifty times a
    second. Small ints hold seconds for 34 years.
    """

    def __init__(self) -> None:
        self._last_ms = ticks_ms()
        self.seconds = 0
        self.millis = 0  # of the current second, 0 to 999

    def update(self) -> int:
        """Take the time that has passed and return how long it was, ms."""
        now_ms = ticks_ms()
        span_ms = ticks_diff(now_ms, self._last_ms)
        self._last_ms = now_ms
        millis = self.millis + span_ms
        if millis >= 1000:
            self.seconds += millis // 1000
            millis %= 1000
        self.millis = millis
        return span_ms
