"""Pages of docs/ that follow from the firmware's rows: `make docs` writes them.

tests/host/test_pages.py compares.
"""

from tomo.checkout import ROOT
from tomo.render import points, reference, settings_page


def pages() -> dict[str, str]:
    """{file in docs: its text}."""
    return {
        "points.md": points.document(),
        "settings.md": settings_page.page(),
        **reference.pages(),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
