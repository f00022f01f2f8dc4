"""Pages of docs/ and the flash map for ESP-IDF are what the rows make of them."""

import pytest

from tests.desk_bridge import ROOT
from tomo.render.pages import files

_PAGES = ["docs/console.md", "docs/events.md", "docs/points.md", "docs/settings.md"]


@pytest.mark.parametrize("name", [*_PAGES, "boards/esp32/partitions.csv"])
def test_the_page_is_that_of_the_rows(name):
    assert (ROOT / name).read_text("utf-8") == files()[ROOT / name], "run `make docs`"
