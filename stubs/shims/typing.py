"""Just enough of `typing` for `if TYPE_CHECKING:`. MicroPython skips annotations unread."""

TYPE_CHECKING = False
