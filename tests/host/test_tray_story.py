"""A tray from blank chips to an outage, by the commands that a technician has."""

from proofs.tray.story import tell_story


def test_eight_boards_are_flashed_two_refused_six_found_and_one_lives_through_an_outage(tmp_path):
    laps = tell_story(tmp_path)
    assert list(laps) == ["build", "flash", "settings", "find", "outage"]
