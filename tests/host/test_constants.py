"""bootstrap.constants: values stand where names stood, and nothing else is changed."""

import ast

import pytest

from bootstrap.constants import constants_of, inline, inline_into
from tests.desk_bridge import ROOT

CODES = "# Codes.\nLOAD = const(3)\nLAMP = LOAD + 1\nNONE = -1\nWORD = 'lost'\nTABLE = (LOAD,)\n"


def both(user: str, codes: str = CODES) -> tuple[str, str]:
    done = inline({"wire.codes": codes, "node.user": user})
    return done["node.user"], done["wire.codes"]


@pytest.mark.parametrize(
    ("user", "wanted"),
    [
        ("from wire.codes import LOAD\nprint(LOAD)\n", "\nprint(3)\n"),
        ("from wire.codes import LOAD as L, TABLE\nf(L)\n", "from wire.codes import TABLE\nf(3)\n"),
        ("from wire import codes\nf(codes.LAMP, 'é', codes.NONE)\n", "\nf(4, 'é', (-1))\n"),
        ("from wire import codes\nf(codes.WORD)\n", "\nf('lost')\n"),
        ("def f():\n    from wire import codes\n    return codes.LOAD\n",
         "def f():\n    pass\n    return 3\n"),
        ("from wire import codes\nf(codes.LOAD, codes.TABLE)\n",
         "from wire import codes\nf(3, codes.TABLE)\n"),
        ("from wire.codes import (\n    LOAD,\n    TABLE,\n)\nf(LOAD, TABLE)\n",
         "from wire.codes import TABLE\n\n\n\nf(3, TABLE)\n"),
    ],
)  # fmt: skip
def test_values_stand_for_imported_names(user, wanted):
    assert both(user)[0] == wanted


def test_a_module_keeps_no_name_that_nobody_asks_for():
    assert both("pass\n")[1] == "# Codes.\n\n\n\n\nTABLE = (3,)\n"


@pytest.mark.parametrize(
    "user",
    [
        "from wire.codes import LOAD\nprint(f'{LOAD}')\n",
        "from wire.codes import LOAD\nLOAD += 1\n",
        "from wire.codes import LOAD\ndef f(LOAD):\n    return LOAD\n",
        "from wire import codes\ndef f(codes):\n    return codes.LOAD\n",
        "from wire import codes\nf(codes)\n",
        "from wire.codes import LOAD\n",
    ],
)
def test_what_is_not_plain_stays(user):
    assert both(user)[0] == user


def test_a_name_that_somebody_asks_for_stays():
    user = "from wire.codes import LOAD\nprint(f'{LOAD}')\n"
    assert both(user)[1] == "# Codes.\nLOAD = const(3)\n\n\n\nTABLE = (LOAD,)\n"


@pytest.mark.parametrize(
    "text", ["A = 1\nA = 2\n", "A = f()\n", "A = 1.5\n", "A = True\n", "a = 1\n", "A: int = 1\n"]
)
def test_what_is_no_constant_is_none(text):
    assert constants_of({"m": text}) == {"m": {}}


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    from a import X\n    X\ndef g():\n    from b import X\n    X\n",
        "from p import m\ndef f():\n    m.X\ndef g():\n    from q import m\n    m.X\n",
        "from a import X\ndef X():\n    return 3\nX()\n",
    ],
    ids=["constants", "modules", "a function of its own"],
)
def test_a_name_that_stands_for_two_things_stays_a_name(text):
    constants = constants_of({"a": "X = 1\n", "b": "X = 2\n", "p.m": "X = 1\n", "q.m": "X = 2\n"})
    assert inline_into(text, constants) == text


def test_one_is_worked_out_of_another_modules():
    texts = {"a": "from b import B\nA = const(B << 4 | 1)\n", "b": "B = 0xF * 2 - 1\n"}
    assert constants_of(texts) == {"a": {"A": 0x1D1}, "b": {"B": 29}}


def test_a_file_beside_the_frozen_ones_gets_their_values_and_keeps_its_own_names():
    user = "from wire.codes import LOAD\nOWN = LOAD\nf(OWN)\n"
    assert inline_into(user, constants_of({"wire.codes": CODES})) == "\nOWN = 3\nf(OWN)\n"


def test_the_firmware_compiles_and_keeps_its_lines():
    firmware = ROOT / "firmware"
    texts = {
        ".".join(path.relative_to(firmware).with_suffix("").parts): path.read_text("utf-8")
        for path in firmware.rglob("*.py")
    }
    for module, text in inline(texts).items():
        assert _lines(text) <= _lines(texts[module])
        assert text.count("\n") == texts[module].count("\n")


def _lines(text: str) -> set[int]:
    return {node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}
