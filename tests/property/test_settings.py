"""Properties of what settings may hold: its own kind and no lookalike, on the host and in a file.

The oracle knows kinds and ranges from the rows and shares no line with settings.check.
"""

import json
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomo.jobs.stored_settings import Refusal, need_good, settings_of
from tomoshibi.settings.check import problem
from tomoshibi.settings.declared import LOAD_SETTINGS, SETTINGS

ROWS = (*SETTINGS, *LOAD_SETTINGS)
near = st.sampled_from(sorted({edge + d for row in ROWS if row[1] == "integer"
                               for edge in row[2:4] for d in (-1, 0, 1)}))  # fmt: skip
words = st.sampled_from(["", "main", "other", "50", "a" * 7, "a" * 8, "灯" * 32, "x" * 33,
                         "192.0.2.1", "192.0.2.1/05FF01", "192.0.2.1/05FF80",
                         "192.0.2.256", "gateway", "192.0.2", "0192.0.2.1", "x.y"])  # fmt: skip
whole = near | st.sampled_from([50, 60, 100, 200]) | st.integers()
values = st.none() | st.booleans() | whole | whole.map(float) | st.floats() | words | st.text()
values = values | st.lists(values, max_size=1)


def is_address(text):
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return False


def good(row, value):
    kind, least, most = row[1:4]
    if kind == "choice":
        return any(type(one) is type(value) and one == value for one in most)
    if kind == "integer":
        return type(value) is int and least <= value <= most
    if kind == "address":
        ip, slash, _ = value.partition("/") if type(value) is str else ("", "", "")
        with_object = row[0] == "time_from" and value == ip + "/05FF01"
        some_ip = ip == "gateway" or is_address(ip)
        return value == row[5] or (some_ip and (not slash or with_object))
    return type(value) is str and (value == row[5] or least <= len(value) <= most)


@given(st.sampled_from(ROWS), values)
def test_a_value_is_good_if_it_is_of_its_kind_and_in_range(row, value):
    assert (problem(row, value) is None) == good(row, value)


@given(st.sampled_from(SETTINGS), values)
def test_a_document_is_taken_if_every_value_is_good(row, value):
    document = json.loads(json.dumps({row[0]: value}))
    shown = next(one for one in settings_of(document) if one.key == row[0])
    assert (shown.trouble == "") == good(row, value)
    if good(row, value):
        need_good(document)
    else:
        with pytest.raises(Refusal, match=row[0]):
            need_good(document)
