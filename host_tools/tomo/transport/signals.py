"""SIGTERM like Ctrl-C, and both only once, so that everything started is ended in good order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody wants this command to end. Not an Exception: nothing on the way may catch it."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into Stopped; later ones are ignored.

    They stay ignored after whatever ends the program (no Exception): a second one on the way out
    would be a traceback.
    """

    def stop(_number: int, _frame: object) -> None:
        _set(dict.fromkeys(before, signal.SIG_IGN))
        raise Stopped

    before = {number: signal.getsignal(number) for number in _NUMBERS}
    _set(dict.fromkeys(before, stop))
    try:
        yield
    except Exception:
        _set(before)
        raise
    except BaseException:
        _set(dict.fromkeys(before, signal.SIG_IGN))
        raise
    else:
        _set(before)


def _set(handlers: dict) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
