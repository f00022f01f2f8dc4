"""The rooms of the firmware and of `tomo`: who may import whom; what a device image can reach."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bootstrap.link import GROUPS
from tests.desk_bridge import ROOT

FIRMWARE = ROOT / "firmware"
ROOMS = FIRMWARE / "tomoshibi"
BOARDS = sorted(path.parent.name for path in ROOT.glob("boards/*/board.py"))

# The rooms of docs/architecture.md, each with the rooms it may import besides itself. Every arrow
# points up this table. Imports under `if TYPE_CHECKING:` count like the others: a type from a room
# that may not be imported is knowledge of that room.
MAY_IMPORT = {
    "core": (),
    "wire": (),
    "drivers": ("core",),
    "meter": ("core",),
    "policy": ("core",),
    "registers": ("core", "wire"),
    "settings": ("core", "wire"),
    "reporting": ("core", "wire", "registers", "settings"),
    "links": ("core", "wire"),
    "update": ("core", "wire", "settings"),
}
MAY_IMPORT["node"] = tuple(MAY_IMPORT)
MAY_IMPORT["_boot"] = ("node",)  # firmware/_boot.py: the first line of the program

# The rooms of host_tools/tomo, likewise: a file format knows nothing of the world that plays it.
HOST = ROOT / "host_tools" / "tomo"
HOST_MAY_IMPORT = {
    "board": (),
    "client": (),
    "image": (),
    "tables": (),
    "site": ("board", "tables"),
    "inventory": (),
    "label": ("inventory", "site"),
    "scenario": ("board", "site", "tables"),
    "world": ("board", "scenario", "site"),
    "transport": ("image", "world"),
    "virtual": (),
    "flashing": ("image",),
    "doctor": ("client", "flashing", "tables", "transport"),
    "jobs": ("board", "image", "scenario", "site", "tables", "transport", "virtual", "world"),
    "provision": ("client", "image", "inventory", "jobs", "site", "transport"),
    "commission": ("board", "site", "transport"),
    "render": (
        "board",
        "client",
        "commission",
        "doctor",
        "flashing",
        "image",
        "inventory",
        "jobs",
        "label",
        "scenario",
        "world",
    ),
}
HOST_MAY_IMPORT["cli"] = tuple(HOST_MAY_IMPORT)

# What only `node` may bring in when the program runs. A driver is given its bus or pin, so for it
# these are names for annotations and nothing more.
HARDWARE = ("machine", "network", "board", "esp32")


class Import:
    """One imported name of a file: `module` as written, `typing` if only annotations need it."""

    def __init__(self, path: Path, line: int, module: str, typing: bool) -> None:
        self.module = module
        parts = module.split(".")
        self.top = parts[0]
        self.room = parts[1] if self.top == "tomoshibi" and len(parts) > 1 else ""
        self.typing = typing
        self._where = f"{path.relative_to(ROOT)}:{line}"

    def __str__(self) -> str:
        return f"{self._where} imports {self.module}"


def _is_type_checking(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    return any(isinstance(n, ast.Name) and n.id == "TYPE_CHECKING" for n in ast.walk(node.test))


def _found_in(node: ast.AST, path: Path, typing: bool) -> Iterator[Import]:
    """Imports anywhere below `node`, those inside functions as well."""
    if isinstance(node, ast.Import):
        yield from (Import(path, node.lineno, alias.name, typing) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        # A relative import stays in its room, but would hide which room that is.
        yield Import(path, node.lineno, node.module or "." * node.level, typing)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
        yield Import(path, node.lineno, _literal(node.args), typing)
    elif _is_type_checking(node):
        typing = True
    for child in ast.iter_child_nodes(node):
        yield from _found_in(child, path, typing)


def _literal(args: list[ast.expr]) -> str:
    return (
        str(args[0].value) if args and isinstance(args[0], ast.Constant) else "something computed"
    )


@cache
def imports(path: Path) -> tuple[Import, ...]:
    return tuple(_found_in(ast.parse(path.read_text(encoding="utf-8")), path, False))


def room_of(path: Path) -> str:
    inside = path.is_relative_to(ROOMS)
    return path.relative_to(ROOMS).parts[0] if inside else path.stem


def wrong_arrow(room: str, found: Import) -> bool:
    if found.top != "tomoshibi" or found.room == room:
        return False
    return found.room not in MAY_IMPORT.get(room, ())


FILES = sorted(FIRMWARE.rglob("*.py"))
SPELT = ROOMS / "node" / "names.py"  # it only spells names, and nobody imports it
OWN = ROOMS / "node" / "own_chip.py"  # what it imports lies outside the firmware


def test_every_folder_of_the_firmware_is_a_room_of_the_table():
    assert {room_of(path) for path in FILES} <= set(MAY_IMPORT)


def test_imports_point_up_the_table():
    files = [path for path in FILES if path != SPELT]
    wrong = [str(i) for path in files for i in imports(path) if wrong_arrow(room_of(path), i)]
    assert not wrong, "\n".join(wrong)


def wrong_host_arrow(room: str, module: str) -> bool:
    """Whether a room of `tomo` may not import a module; files beside the rooms are everybody's."""
    top, _, rest = module.partition(".")
    other = rest.partition(".")[0]
    if top != "tomo" or other not in HOST_MAY_IMPORT:
        return False
    return other != room and other not in HOST_MAY_IMPORT[room]


def test_every_folder_of_tomo_is_a_room_of_the_table():
    assert {path.parent.name for path in HOST.glob("*/__init__.py")} == set(HOST_MAY_IMPORT)


def test_imports_of_tomo_point_up_the_table():
    wrong = [
        str(i)
        for room in HOST_MAY_IMPORT
        for path in sorted((HOST / room).rglob("*.py"))
        for i in imports(path)
        if wrong_host_arrow(room, i.module) or not i.top.isidentifier()
    ]
    assert not wrong, "\n".join(wrong)


def test_a_scenario_that_knows_the_world_is_noticed():
    assert wrong_host_arrow("scenario", "tomo.world.measures")
    assert not wrong_host_arrow("world", "tomo.scenario.records")
    assert not wrong_host_arrow("scenario", "tomo.errors")


def test_nobody_imports_the_names():
    assert not [str(i) for path in FILES for i in imports(path) if "node.names" in i.module]


def test_no_import_is_relative_or_computed():
    files = [path for path in FILES if path != OWN]
    odd = [str(i) for path in files for i in imports(path) if not i.top.isidentifier()]
    assert not odd, "\n".join(odd)


def test_only_node_brings_in_hardware():
    wrong = [
        str(i)
        for path in FILES
        if room_of(path) not in ("node", "_boot")
        for i in imports(path)
        if i.top in HARDWARE and not i.typing
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_of_the_firmware_knows_the_desk():
    desk = {path.stem for path in ROOT.glob("stubs/unix/*.py")} - set(sys.stdlib_module_names)
    desk -= set(HARDWARE)  # the firmware means the real ones
    desk |= {path.stem for path in ROOT.glob("stubs/chips/*.py")} | {"_desk"}
    wrong = [str(i) for path in FILES for i in imports(path) if i.top in desk]
    assert not wrong, "\n".join(wrong)


def test_wire_runs_on_both_pythons():
    wrong = [
        str(i)
        for path in sorted(ROOMS.glob("wire/**/*.py"))
        for i in imports(path)
        if i.room != "wire"
        and i.top not in ("array", "struct", "json", "typing", "hashlib", "binascii")
    ]
    assert not wrong, "\n".join(wrong)


def test_what_the_host_takes_from_the_settings_runs_on_both_pythons():
    taken = [ROOMS / "settings" / name for name in ("declared.py", "check.py")]
    wrong = [
        str(i) for path in taken for i in imports(path) if i.module != "tomoshibi.settings.declared"
    ]
    assert not wrong, "\n".join(wrong)


def test_simulated_chips_share_no_line_with_the_firmware():
    chips = {path.stem for path in ROOT.glob("stubs/chips/*.py")}
    ours = {path.stem for path in ROOT.glob("stubs/unix/*.py")} | {"tomoshibi"} | set(HARDWARE)
    wrong = [
        str(i)
        for path in (*ROOT.glob("stubs/chips/**/*.py"), *ROOT.glob("examples/*/*_model.py"))
        for i in imports(path)
        if i.top in ours - chips
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("room", "source", "wrong"),
    [
        ("policy", "import tomoshibi.core.loads", False),
        ("policy", "from tomoshibi.policy.grid import NORMAL", False),
        ("policy", "from tomoshibi.drivers.relay import Relay", True),
        ("core", "def late():\n    import tomoshibi.node.control", True),
        ("meter", "if TYPE_CHECKING:\n    from tomoshibi.drivers.bl0942 import BL0942", True),
        ("drivers", "__import__('tomoshibi.links.udp')", True),
        ("drivers", "import json", False),
    ],
)
def test_a_wrong_arrow_is_noticed(room, source, wrong):
    found = list(_found_in(ast.parse(source), ROOMS / room / "sample.py", False))
    assert [wrong_arrow(room, i) for i in found][-1] is wrong


def frozen(manifest: Path) -> dict[str, Path]:
    """{name in the image: file} as MicroPython's own manifest reader sees it."""
    tree = ROOT / "build" / "micropython"
    if not tree.exists():
        pytest.skip("no build/micropython; run `make setup`")
    sys.path.insert(0, str(tree / "tools"))
    try:
        import manifestfile  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    # As the ESP32 port's build sets them; without micropython-lib, which is not fetched.
    port = tree.resolve() / "ports" / "esp32"
    places = {"MPY_DIR": str(tree.resolve()), "MPY_LIB_DIR": "", "PORT_DIR": str(port)}
    places["BOARD_DIR"] = str(manifest.parent)
    reader = manifestfile.ManifestFile(manifestfile.MODE_FREEZE, places)
    reader.execute(str(manifest))
    return {str(file.target_path): Path(file.full_path).resolve() for file in reader.files()}


@pytest.fixture(params=BOARDS, scope="module")
def image(request) -> dict[str, Path]:
    return frozen(ROOT / "boards" / request.param / "manifest.py")


def test_a_device_image_starts_with_our_file_and_has_no_other_of_those_that_the_port_runs(image):
    assert image["_boot.py"] == ROOT / "build" / "lean" / "_boot.py"
    assert not {"boot.py", "main.py", "inisetup.py", "flashbdev.py"} & set(image)


def test_a_device_image_reaches_nothing_of_the_desk(image):
    desk = (ROOT / "stubs" / "unix", ROOT / "stubs" / "chips", ROOT / "boards" / "desk")
    reached = [str(file) for file in image.values() for folder in desk if folder in file.parents]
    assert not reached


def test_a_device_image_holds_the_whole_firmware(image):
    wanted = {str(path.relative_to(FIRMWARE)) for path in FILES}
    assert wanted <= set(image)
    assert all(image[name] == ROOT / "build" / "lean" / name for name in wanted)


def test_a_device_image_holds_its_board_the_shims_and_asyncio(image):
    assert {"board.py", "typing.py", "asyncio/core.py"} <= set(image)
    # Its own profile, which carries the name of its folder.
    assert f'NAME = "{image["board.py"].parent.name}"' in image["board.py"].read_text()


def test_a_device_image_holds_nothing_else(image):
    """No tests, no file of the port's own, no driver or model of another board."""
    tree = (ROOT / "build" / "micropython").resolve()
    wanted = {
        *(str(path.relative_to(FIRMWARE)) for path in FILES),
        *(f"{group.replace('.', '/')}.py" for group in GROUPS),
        *(path.name for path in (ROOT / "stubs" / "shims").glob("*.py")),
        *(f"asyncio/{path.name}" for path in (tree / "extmod" / "asyncio").glob("*.py")),
        *("uasyncio.py", "board.py"),
    }
    assert set(image) <= wanted
    assert not [file for file in image.values() if (tree / "ports") in file.parents]
    assert not [file for file in image.values() if (ROOT / "tests") in file.parents]


def test_a_device_image_holds_the_boards_application_if_there_is_one(image):
    example = ROOT / "examples" / "app"
    own = frozen(example / "manifest.py")
    assert own["app.py"] == example / "app.py"
    assert own["board.py"] == example / "board.py"
    assert set(own) == set(image) | {"app.py"}
    assert "app.py" not in image


def test_an_image_holds_the_boards_own_driver_and_not_its_model():
    image = frozen(ROOT / "examples" / "plugs" / "manifest.py")
    assert "pzem004t.py" in image
    assert not [name for name in image if name.endswith("_model.py")]


def test_a_desk_image_holds_the_firmware_but_no_board():
    image = frozen(ROOT / "boards" / "desk" / "manifest.py")
    assert {str(path.relative_to(FIRMWARE)) for path in FILES} <= set(image)
    assert "board.py" not in image


def test_the_rooms_are_told_as_they_are():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*)\|", text, re.MULTILINE)
    told = {room: tuple(re.findall(r"\w+", row)) for room, row in rows}
    assert told.pop("node") == ("all",)
    assert told == {room: MAY_IMPORT[room] for room in MAY_IMPORT if room not in ("node", "_boot")}
