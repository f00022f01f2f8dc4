"""The frame, map and value codec on CPython: round trips, and nothing but a verdict for rubbish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomo.client.classes import CLASSES, OWN_ROWS
from tomo.client.decode import decode, decode_all
from tomoshibi.reporting import echonet_view as view
from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer
from tomoshibi.wire.echonet_format import CODES, HIGH, KIND, LOW, SIZES, accepts, field, pack
from tomoshibi.wire.echonet_map import read_codes, read_map, write_codes, write_map
from tomoshibi.wire.echonet_value import unpack

EPC = st.integers(0x80, 0xFF)
EOJ = st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0x7F)).map(
    lambda pair: pair[0] << 8 | pair[1]
)
BLOCKS = st.lists(st.tuples(EPC, st.binary(max_size=40)), min_size=1, max_size=30)
ONE_LIST = sorted({0x50, 0x51, 0x52, 0x53, 0x60, 0x61, 0x62, 0x63, 0x71, 0x72, 0x73, 0x74, 0x7A})
TWO_LISTS = (0x5E, 0x6E, 0x7E)


def parsed(data: bytes) -> Frame:
    frame = Frame()
    assert frame.parse(data, len(data)) == echonet.GOOD
    return frame


@given(st.integers(0, 0xFFFF), EOJ, EOJ, st.sampled_from(ONE_LIST), BLOCKS)
def test_a_frame_of_one_list_comes_back_as_it_was_written(tid, source, target, service, blocks):
    writer = Writer(bytearray(echonet.MAX_FRAME))
    writer.begin(tid, source, target, service)
    assert all(writer.block(epc, value) for epc, value in blocks)
    frame = parsed(writer.frame())
    assert (frame.tid, frame.source, frame.target, frame.service) == (tid, source, target, service)
    assert list(frame.blocks()) == blocks


@given(st.sampled_from(TWO_LISTS), BLOCKS, BLOCKS)
def test_a_frame_of_two_lists_comes_back_as_it_was_written(service, first, second):
    writer = Writer(bytearray(4_000), 4_000)
    writer.begin(1, 0x05FF01, 0x028D01, service)
    assert all(writer.block(epc, value) for epc, value in first)
    assert writer.second_list()
    assert all(writer.block(epc, value) for epc, value in second)
    data = writer.frame()
    if len(data) > echonet.MAX_FRAME:
        assert Frame().parse(data, len(data)) == echonet.SIZE
        return
    frame = parsed(data)
    assert list(frame.blocks()) == first
    assert list(frame.blocks(second=True)) == second


@given(st.binary(max_size=80))
def test_rubbish_gets_a_verdict_and_no_exception(data):
    assert Frame().parse(data, len(data)) in range(len(echonet.REASONS))


@given(BLOCKS, st.data())
def test_no_frame_survives_losing_or_gaining_a_byte(blocks, data):
    writer = Writer(bytearray(echonet.MAX_FRAME))
    writer.begin(1, 0x05FF01, 0x028D01, echonet.SET_C)
    for epc, value in blocks:
        writer.block(epc, value)
    frame = writer.frame()
    length = data.draw(st.integers(0, len(frame) - 1))
    assert Frame().parse(frame, length) != echonet.GOOD
    assert Frame().parse(frame + b"\x00", len(frame) + 1) == echonet.LEFT_OVER


@given(st.integers(14, 60), BLOCKS)
def test_a_writer_never_passes_its_limit(limit, blocks):
    buf = bytearray(200)
    writer = Writer(buf, limit)
    writer.begin(1, 0x05FF01, 0x028D01, echonet.SET_C)
    kept = [block for block in blocks if writer.block(*block)]
    assert writer.length <= limit
    assert not any(buf[limit:])
    if kept:
        assert list(parsed(writer.frame()).blocks()) == kept


@given(st.sets(EPC))
def test_a_map_comes_back_in_both_forms(epcs):
    buf = bytearray(17)
    size = write_map(buf, 0, sorted(epcs))
    assert size == (1 + len(epcs) if len(epcs) < 16 else 17)
    assert read_map(bytes(buf[:size])) == sorted(epcs)


@given(st.binary(max_size=20))
def test_a_map_that_is_none_is_a_value_error(data):
    try:
        epcs = read_map(data)
    except ValueError:
        return
    assert len(epcs) == data[0]


@given(st.lists(EOJ, max_size=84))
def test_an_instance_list_comes_back(codes):
    buf = bytearray(253)
    size = write_codes(buf, 0, codes, 3, 84)
    assert read_codes(bytes(buf[:size]), 3) == codes


NUMBERS = [
    pytest.param(form, id=f"{class_code:04X}-{epc:02X}")
    for class_code, rows in CLASSES.items()
    for epc, (_, form) in rows.items()
    if form[KIND] in SIZES
]


@pytest.mark.parametrize("form", NUMBERS)
@given(data=st.data())
def test_numbers_come_back_and_codes_are_never_taken_for_numbers(form, data):
    buf = bytearray(4)
    number = data.draw(st.integers(form[LOW], form[HIGH]))
    size = pack(form, buf, 0, number)
    shown = unpack(form, bytes(buf[:size]))
    words = dict(field(form, CODES, ()))
    assert shown == words.get(number, number)
    assert accepts(form, buf, 0, size)
    for code, word in words.items():
        assert unpack(form, code.to_bytes(SIZES[form[KIND]], "big")) == word


@given(st.sampled_from(sorted(CLASSES)), EPC, st.binary(max_size=30))
def test_any_bytes_decode_to_a_value_or_a_problem(class_code, epc, raw):
    value = decode(class_code << 8 | 1, epc, raw, {0xD4: b"\x03", 0xC2: b"\x03"})
    assert (value.value is None) == bool(value.problem)
    assert value.name


def test_every_row_of_the_firmware_is_known_to_the_host():
    for class_code, rows in OWN_ROWS.items():
        for row in rows:
            known = CLASSES[class_code][row[view.EPC]]
            assert known == (row[view.NAME], row[view.FORMAT])


# Section 14.2: real energy in kWh is raw × D3 × D4, and D3 is 1 where there is none.
@pytest.mark.parametrize(
    ("unit", "coefficient", "kwh"),
    [("03", None, 123.456), ("02", None, 1234.56), ("0A", None, 1_234_560), ("03", 20, 2469.12)],
)
def test_energy_is_raw_times_unit_times_coefficient(unit, coefficient, kwh):
    others = {0xD4: bytes.fromhex(unit)}
    if coefficient:
        others[0xD3] = coefficient.to_bytes(4, "big")
    value = decode(0x028D01, 0xE1, (123_456).to_bytes(4, "big"), others)
    assert (value.value, value.unit) == (kwh, "kWh")


def test_energy_without_its_unit_is_shown_as_counts():
    value = decode(0x028D01, 0xE1, bytes.fromhex("0001e240"), {})
    assert (value.value, value.unit) == (123_456, "counts")


def test_a_worked_value_of_each_kind():
    raw = {
        0x80: "30",
        0xD4: "03",
        0xE7: "000004D2",
        0xE8: "00197FFE",
        0xE9: "03F5FFFE",
        0xEA: "07EA0B160C1E000001E240",
        0xF1: "ABCD",
    }
    values = {epc: bytes.fromhex(text) for epc, text in raw.items()}
    shown = {value.epc: (value.value, value.unit) for value in decode_all(0x028D01, values)}
    assert shown == {
        0x80: ("on", ""),
        0xD4: ("0.001 kWh", ""),
        0xE7: (1_234, "W"),
        0xE8: ({"R": 2.5, "T": "no data"}, "A"),
        0xE9: ({"R-S": 101.3, "S-T": "no data"}, "V"),
        0xEA: ({"at": "2026-11-22T12:30:00", "energy": 123.456}, {"at": "", "energy": "kWh"}),
        0xF1: ("ABCD", ""),
    }


def test_a_refusal_and_a_wrong_size_are_said():
    assert decode(0x028D01, 0xE7, None, {}).problem == "refused"
    assert decode(0x028D01, 0xE7, b"\x00", {}).problem
    assert decode(0x028D01, 0x80, b"\x32", {}).problem == "32 stands for nothing"


def test_lists_of_a_panel_have_as_many_channels_as_they_say():
    # B7 of class 0287: first channel 1, two channels, 100 W and no data.
    raw = bytes.fromhex("0102" + "00000064" + "7FFFFFFE")
    value = decode(0x028701, 0xB7, raw, {})
    assert value.value == {"first": 1, "count": 2, "channels": [100, "no data"]}
