"""Pages of docs/ are what the firmware's rows make of them."""

import pytest

from tests.desk_bridge import ROOT
from tomo.render.pages import pages


@pytest.mark.parametrize("name", ["console.md", "events.md", "points.md", "settings.md"])
def test_the_page_is_that_of_the_rows(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == pages()[name], "run `make docs`"
