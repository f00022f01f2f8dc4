"""Boards as somebody keeps them elsewhere: a folder of the checkout, copied."""

import re
import shutil
from pathlib import Path

from tests.desk_bridge import ROOT


def copied(source: Path, folder: Path) -> Path:
    """`folder`, made a copy of a board's whose manifest still finds boards/image.py."""
    shutil.copytree(source, folder)
    manifest = folder / "manifest.py"
    image = f'"{ROOT}/boards/image.py"'
    text = re.sub('"[./a-z]*/image.py"', image, manifest.read_text(encoding="utf-8"))
    manifest.write_text(text, encoding="utf-8")
    return folder
