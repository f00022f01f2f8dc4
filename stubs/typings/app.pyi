"""A board's app.py, as far as the firmware takes something of it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

JOBS: Sequence[tuple[str, Callable[[Any], Coroutine[Any, Any, None]], int]]
