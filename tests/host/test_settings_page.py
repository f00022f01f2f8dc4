"""docs/settings.md is what the firmware's table makes of it."""

from tests.desk_bridge import ROOT
from tomo.render.settings_page import page


def test_the_page_is_that_of_the_rows():
    told = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert told == page(), "its head says how it is made"
