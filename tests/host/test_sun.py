"""The firmware's sun, in single precision on the desk, against astral 3.2 over the whole earth.

astral computes the sun's elevation for itself. Where it is within 0.05 degrees of the horizon (some
20 s of the sun's path) either answer is right. The offset from UTC reaches the firmware only in its
calendar and must change nothing.
"""

import json
import subprocess
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from astral import Observer
from astral.sun import elevation

from tests.desk_bridge import environment, program

# Name: degrees north and east, offsets from UTC in minutes, the place's own and others.
PLACES = {
    "Tokyo": (35.6895, 139.6917, (540, 0)),
    "Apia": (-13.83, -171.77, (780, -660)),
    "Kiritimati": (1.87, -157.4, (840,)),
    "Baker Island": (0.19, -176.48, (-720,)),
    "Quito": (-0.18, -78.47, (-300, 840)),
    "Reykjavik": (64.15, -21.94, (0,)),
    "Tromso": (69.6492, 18.9553, (60, -720)),
    "Longyearbyen": (78.2232, 15.6267, (60,)),
    "Syowa": (-69.0053, 39.5811, (180,)),
    "Ushuaia": (-54.8, -68.3, (-180,)),
    "Suva": (-18.14, 178.44, (720,)),
    "Pole": (-90.0, 0.0, (720,)),
}
DAYS = ("2024-02-29", "2026-03-20", "2026-06-21", "2026-09-23", "2026-11-24", "2033-12-21")
SUNRISE_DEG, CIVIL_DEG, EITHER_DEG = -0.833, -6.0, 0.05
STEP_S = 300  # of the oracle
ASKED_S = 2_700  # between two questions to the firmware

ASK = """
import json, sys
from tomoshibi.core.calendar import Calendar
from tomoshibi.policy.night import Sky
latitude, longitude, offset_min, start, step, count = json.loads(sys.argv[1])
calendar = Calendar(offset_min)
sky = Sky(latitude, longitude)
for i in range(count):
    calendar.day, calendar.second = divmod(start + i * step, 86400)
    sky.update(calendar.day, calendar.second)
    print(json.dumps((sky.dark, sky.to_dawn_s, sky.to_sunrise_s)))
"""


def ask(latitude, longitude, offset_min, start_s):
    """The firmware's (dark, to_dawn_s, to_sunrise_s) through a day from `start_s` since 2000."""
    what = (round(latitude * 10_000), round(longitude * 10_000), offset_min, start_s, ASKED_S, 32)
    script = ("-c", ASK, json.dumps(what))
    command = (program("desk32"), "-X", "heapsize=64k", *script)
    answer = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, env=environment()
    )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def rises(heights, angle):
    """Seconds since the first of `heights` at which the sun climbs through `angle`."""
    found = []
    for i, (low, high) in enumerate(pairwise(heights)):
        if low < angle <= high:
            found.append((i + (angle - low) / (high - low)) * STEP_S)
    return found


def following(moments, second):
    """How long from `second` to the next of `moments`, a whole day if there is none in it."""
    i = bisect_left(moments, second)
    return min(86_400, moments[i] - second) if i < len(moments) else 86_400


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("place", PLACES)
def test_it_is_dark_when_it_is_dark_anywhere_on_any_day(place):
    latitude, longitude, offsets = PLACES[place]
    observer = Observer(latitude, longitude)
    looked = 0
    for day in DAYS:
        start = datetime.fromisoformat(day).replace(tzinfo=UTC)
        start_s = round((start - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds())
        heights = [
            elevation(observer, start + timedelta(seconds=second), with_refraction=False)
            for second in range(0, 2 * 86_400 + STEP_S, STEP_S)
        ]
        dawns, sunrises = rises(heights, CIVIL_DEG), rises(heights, SUNRISE_DEG)
        answers = [ask(latitude, longitude, offset, start_s) for offset in offsets]
        assert all(answer == answers[0] for answer in answers)
        for i, (dark, to_dawn_s, to_sunrise_s) in enumerate(answers[0]):
            second = i * ASKED_S
            height = heights[second // STEP_S]
            where = f"{place} {day} {second} s: {height:.3f} degrees"
            if abs(height - SUNRISE_DEG) > EITHER_DEG:
                assert dark == (height < SUNRISE_DEG), where
                looked += 1
            to_rise_s, dawn_s = following(sunrises, second), following(dawns, second)
            if dark and to_rise_s < dawn_s:
                dawn_s = 0
            # A minute; where the sun skims the angle, what it takes for 0.05 degrees.
            slack_s = 60 if abs(latitude) < 60 else 400
            near_a_day_s = 86_400 - slack_s
            if min(abs(height - SUNRISE_DEG), abs(height - CIVIL_DEG)) <= EITHER_DEG:
                continue
            for got_s, want_s in ((to_dawn_s, dawn_s), (to_sunrise_s, to_rise_s)):
                if got_s > near_a_day_s or want_s > near_a_day_s:
                    assert min(got_s, want_s) > near_a_day_s - slack_s, where
                else:
                    assert abs(got_s - want_s) <= slack_s, where
    assert looked > 150
