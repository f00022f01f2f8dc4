"""In place of the desk's, which stands behind a clock that follows the host: here it is held."""


def guard(_timeout_ms: int, _grace_ms: int) -> None:
    """Nothing: the event of the watchdog ends the program."""
