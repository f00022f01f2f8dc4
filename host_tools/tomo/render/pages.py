"""Pages of docs/ that follow from the firmware's rows, and the flash map for ESP-IDF: `make docs`.

tests/host/test_pages.py compares.
"""

from pathlib import Path

from tomo.checkout import ROOT
from tomo.render import partitions, points, reference, settings_page


def pages() -> dict[str, str]:
    """{file in docs: its text}."""
    return {
        "points.md": points.document(),
        "settings.md": settings_page.page(),
        **reference.pages(),
    }


def files() -> dict[Path, str]:
    """{file: its text} of all that is made."""
    made = {ROOT / "docs" / name: text for name, text in pages().items()}
    return made | {ROOT / "boards" / "esp32" / "partitions.csv": partitions.csv()}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
