"""Board folders against the port that builds with them: MicroPython's ports/esp32, pinned version.

ESP-IDF is not here, so nothing is built. The port's own CMakeLists.txt is run as far as ESP-IDF's
part; all else is compared with its source.
"""

import ast
import os
import re
import shutil
import subprocess
from functools import cache

import pytest

from boards.flash_map import FLASH_SIZE
from tests.desk_bridge import ROOT
from tests.host.chips import _TABLE_ROWS

TREE = ROOT / "build" / "micropython"
PORT = TREE / "ports" / "esp32"
COMMON = ROOT / "boards" / "esp32"
HARDWARE_TEAM = ROOT / "docs" / "hardware-team.md"
BOARDS = sorted(path.parent for path in ROOT.glob("boards/*/board.py"))
pytestmark = pytest.mark.skipif(not PORT.exists(), reason="no ports/esp32; run `make setup`")
each_board = pytest.mark.parametrize("folder", BOARDS, ids=lambda folder: folder.name)


def lines_and_ifs(text):
    """Lines of C, each with the #if lines that it stands under."""
    open_ifs = []
    for line in (line.strip() for line in text.replace("\\\n", " ").splitlines()):
        if line.startswith("#if"):
            open_ifs.append(line)
        elif line.startswith("#endif"):
            open_ifs.pop()
        else:
            yield line, open_ifs


@cache
def port_source():
    """C of MicroPython that is built for the port; its macros, and those defined in any case."""
    files = [
        p for folder in ("py", "extmod", "ports/esp32") for p in (TREE / folder).glob("*.[ch]")
    ]
    texts = [path.read_text("utf-8", "replace") for path in files]
    fixed = {
        line.split()[1].partition("(")[0]
        for text in texts
        for line, open_ifs in lines_and_ifs(text)
        if line.startswith("#define MICROPY_") and f"#ifndef {line.split()[1]}" not in open_ifs
    }
    text = "\n".join(texts)
    return text, set(re.findall(r"\bMICROPY_\w+", text)), fixed


def macros(path):
    """{name: value} of a header, the headers that it includes by "name" too."""
    text = path.read_text()
    found = dict(re.findall(r"^#define +(\w+) +(.+)$", text, re.M))
    for other in re.findall(r'^#include "(.+)"$', text, re.M):
        found |= macros(path.parent / other)
    return found


def options(text):
    """{CONFIG_NAME: value} of an sdkconfig file: of two settings of one name the later counts."""
    return dict(re.findall(r"^(CONFIG_\w+)=(.*)$", text, re.M))


@each_board
def test_a_board_names_itself_as_its_list_of_parts_does(folder):
    header = macros(folder / "mpconfigboard.h")
    name = re.search(r'^NAME = "(.+)"$', (folder / "board.py").read_text(), re.M)
    assert name
    assert header["MICROPY_HW_BOARD_NAME"] == f'"Tomoshibi {name[1]}"'
    assert header["MICROPY_HW_MCU_NAME"] == '"ESP32"'


def not_to_be_set(name):
    """What is wrong with setting a macro before the port's own configuration; empty if nothing."""
    _, known, fixed = port_source()
    if name not in known:
        return f"{name} is nowhere in the source"
    return f"{name} is defined whatever a board says" if name in fixed else ""


@each_board
def test_what_a_board_defines_is_the_ports_to_be_defined(folder):
    wrong = [not_to_be_set(name) for name in macros(folder / "mpconfigboard.h")]
    assert wrong
    assert not any(wrong), "\n".join(wrong)


def test_a_name_that_is_wrong_or_not_for_boards_is_noticed():
    assert not_to_be_set("MICROPY_PY_BLUETOTH") == "MICROPY_PY_BLUETOTH is nowhere in the source"
    assert "whatever a board says" in not_to_be_set("MICROPY_PY_WEBREPL")
    assert not_to_be_set("MICROPY_TASK_STACK_SIZE") == ""


def test_every_variable_of_cmake_is_read_by_the_port():
    read = "".join((PORT / name).read_text() for name in ("CMakeLists.txt", "esp32_common.cmake"))
    # ESP-IDF's own, which the port's board files set too.
    read += "".join(path.read_text() for path in PORT.glob("boards/*/mpconfigboard.cmake"))
    ours = re.findall(r"^set\((\w+)", (COMMON / "common.cmake").read_text(), re.M)
    assert ours == ["IDF_TARGET", "SDKCONFIG_DEFAULTS", "MICROPY_FROZEN_MANIFEST"]
    for name in ours:
        assert re.search(rf"\$\{{{name}\}}|set\({name}\b", read), name


_STAND_IN = """
macro(project)
    file(WRITE ${CMAKE_BINARY_DIR}/told "${IDF_TARGET};${MICROPY_FROZEN_MANIFEST}")
    return()
endmacro()
"""


needs_cmake = pytest.mark.skipif(not shutil.which("cmake"), reason="no cmake")


def configured(folder, tmp_path):
    """Options that ESP-IDF is handed when the port's Makefile has cmake look at a board."""
    stand_in = tmp_path / "idf" / "tools" / "cmake" / "project.cmake"
    stand_in.parent.mkdir(parents=True)
    stand_in.write_text(_STAND_IN)
    out = tmp_path / "out"
    command = ["cmake", "-S", PORT.resolve(), "-B", out, "-D", f"MICROPY_BOARD={folder.name}"]
    done = subprocess.run(
        [*command, "-D", f"MICROPY_BOARD_DIR={folder}"],
        env={"IDF_PATH": str(tmp_path / "idf"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (out / "told").read_text() == f"esp32;{folder / 'manifest.py'}"
    return options((out / "sdkconfig.combined").read_text())


@needs_cmake
def test_the_ports_cmake_takes_it_and_hands_esp_idf_all_options(tmp_path):
    for folder in BOARDS:
        found = configured(folder, tmp_path / folder.name)
        assert found["CONFIG_PARTITION_TABLE_CUSTOM_FILENAME"] == f'"{COMMON / "partitions.csv"}"'
        assert options((COMMON / "sdkconfig.board").read_text()).items() <= found.items()
        assert found["CONFIG_PARTITION_TABLE_CUSTOM"] == "y"
        assert found["CONFIG_ESPTOOLPY_FLASHSIZE_4MB"] == "y"
        assert found["CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ"] == "240"
        assert "CONFIG_BT_ENABLED" not in found


@needs_cmake
def test_a_board_outside_the_checkout_names_its_whole_path(tmp_path):
    """As docs/porting.md says."""
    own = tmp_path / "shop"
    shutil.copytree(BOARDS[0], own)
    for name, start in (
        ("mpconfigboard.cmake", "${CMAKE_CURRENT_LIST_DIR}/.."),
        ("mpconfigboard.h", ".."),
    ):
        text = (own / name).read_text()
        assert f"{start}/esp32" in text
        (own / name).write_text(text.replace(f"{start}/esp32", str(COMMON)))
    assert configured(own, tmp_path / "cmake") == configured(BOARDS[0], tmp_path / "inside")
    assert macros(own / "mpconfigboard.h") == macros(BOARDS[0] / "mpconfigboard.h")


def test_the_ports_sdkconfig_files_that_are_named_are_there():
    named = re.findall(r"^ +(boards/sdkconfig\S+)$", (COMMON / "common.cmake").read_text(), re.M)
    assert named[0] == "boards/sdkconfig.base"
    assert [name for name in named if not (PORT / name).is_file()] == []


def test_options_that_the_port_never_names_are_listed_with_their_source_as_not_tried():
    known = {
        name
        for path in (*PORT.glob("boards/sdkconfig*"), *PORT.glob("boards/*/sdkconfig*"))
        for name in re.findall(r"^#?(CONFIG_\w+)=", path.read_text(), re.M)
    }
    rows = re.findall(r"^\| `(CONFIG_\w+)` \| `(.+)` \|", HARDWARE_TEAM.read_text("utf-8"), re.M)
    assert all("Kconfig" in source for _, source in rows)
    assert set(options((COMMON / "sdkconfig.board").read_text())) - known == dict(rows).keys()


_NUMBERS = {"app": 0, "data": 1, "factory": 0x00, "phy": 0x01, "nvs": 0x02, "fat": 0x81}


def rows_of(path):
    """Rows of a table, by the programming guide: # begins a comment, a size may end with K or M."""
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text:
            label, *rest = (field.strip() for field in text.split(","))
            kind, subtype, offset, size = (number_of(field) for field in rest[:4])
            yield label.encode(), kind, subtype, offset, size


def number_of(field):
    if field in _NUMBERS:
        return _NUMBERS[field]
    scale = {"K": 1024, "M": 1024 * 1024}.get(field[-1], 1)
    return int(field.rstrip("KM"), 0) * scale


def test_the_table_for_esp_idf_is_the_one_in_our_images():
    assert tuple(rows_of(COMMON / "partitions.csv")) == _TABLE_ROWS


def test_the_tables_reader_reads_the_ports_own():
    stock = tuple(rows_of(PORT / "partitions-4MiB.csv"))
    assert stock[:3] == _TABLE_ROWS[:3]
    assert stock[3] == (b"vfs", 1, 0x81, 0x200000, 0x200000)


def test_the_table_keeps_the_rules_of_esp_idf_and_of_makeimg():
    rows = list(rows_of(COMMON / "partitions.csv"))
    end = 0x9000  # behind the table's own sector
    for label, kind, subtype, offset, size in rows:
        assert offset == end
        assert not offset % (0x10000 if kind == 0 else 0x1000)
        assert not size % 0x1000
        assert len(label) < 16
        assert kind == 0 or subtype in (1, 2, 0x81) or 0x40 <= subtype <= 0x7F
        end = offset + size
    assert end == FLASH_SIZE
    assert len({row[0] for row in rows}) == len(rows)
    # makeimg.py takes the table's room from the row `nvs`, and the program's from the first `app`.
    assert rows[0][0] == b"nvs"
    assert [row[0] for row in rows if row[1] == 0] == [b"factory"]


# Where the port and its parts list what a module has.
_LISTS = {
    "machine": ("ports/esp32/modmachine.c", "extmod/modmachine.c"),
    "esp32": ("ports/esp32/modesp32.c",),
    "network": ("ports/esp32/modnetwork_globals.h", "extmod/modnetwork.c"),
    "socket": ("ports/esp32/modsocket.c",),
    "vfs": ("extmod/modvfs.c",),
}


@cache
def imported():
    """{module: names} that the firmware takes from outside itself."""
    found = {}
    for path in (ROOT / "firmware").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {one.name for one in node.names}
                found[node.module] = found.get(node.module, set()) | names
            elif isinstance(node, ast.Import):
                for one in node.names:
                    found.setdefault(one.name, set())
    return found


def offered(module, off):
    """Names of a module's list that stand under no `#if` of one of the macros that are off."""
    closed = re.compile(rf"(?<!!)\b({'|'.join(off)})\b")
    return {
        name
        for file in _LISTS[module]
        for line, open_ifs in lines_and_ifs((TREE / file).read_text())
        if not any(closed.search(each) for each in open_ifs)
        for name in re.findall(r"MP_ROM_QSTR\(MP_QSTR_(\w+)\)", line)
    }


@each_board
def test_what_the_firmware_imports_from_the_port_is_there_and_not_switched_off(folder):
    off = [name for name, value in macros(folder / "mpconfigboard.h").items() if value == "(0)"]
    assert off
    wanted = imported()
    for module in _LISTS:
        assert wanted[module] <= offered(module, off), module
    assert "WLAN" not in offered("network", ["MICROPY_PY_NETWORK_WLAN"])


def test_every_module_that_the_firmware_imports_is_the_ports_or_frozen():
    register = r"MP_REGISTER_(?:EXTENSIBLE_)?MODULE\(MP_QSTR_(\w+),"
    built_in = set(re.findall(register, port_source()[0]))
    frozen = {"asyncio", "board", "app", "typing", "tomoshibi"}
    # Only under TYPE_CHECKING, which is never true there.
    needless = {"collections.abc"}
    outside = {name for name in imported() if name.partition(".")[0] not in frozen} - needless
    assert outside <= built_in


def test_the_port_runs_a_frozen_boot_file_first_of_all():
    main = (PORT / "main.c").read_text()
    first = main.index('pyexec_frozen_module("_boot.py"')
    assert main.index("mp_init();") < first < main.index('pyexec_file_if_exists("boot.py")')
