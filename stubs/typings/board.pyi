"""The profile of whichever board the image is made for: boards/<name>/board.py.

Which names a profile has depends on the board, so nothing is promised about them here.
"""

from typing import Any

def __getattr__(name: str) -> Any: ...
