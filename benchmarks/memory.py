"""Heap of a running node: frozen, and loaded as .mpy files from a littlefs image."""

import ast
import tempfile
from functools import cache

from benchmarks.on_desk import ROOT, node, run
from bootstrap.link import GROUPS, LINES
from tomo.image import heap_need
from tomo.image.application import firmware_files
from tomo.image.littlefs_image import pack

# What is to be added is paid for elsewhere.
AIM_FROZEN_BYTES = {"submeter6": heap_need.LOADS.frozen, "streetlight": heap_need.LAMP.frozen}
BOARDS = tuple(AIM_FROZEN_BYTES)
# A chip starts with 56 KiB; so much it can always give.
SMALL_BYTES = 64 * 1024
AIM_SMALL_FREE_BYTES = 16 * 1024
AIM_SMALL_LARGEST_BYTES = 8 * 1024
# It holds the firmware several times.
_IMAGE_BYTES = 0x100000
# Counting what is whose takes room, too.
COUNTED_HEAP = "512k"
# The desk's own modules stay frozen in both cases, so a loaded node needs more than the default.
_LOADED_HEAP = "512k"
_LEAN = ROOT / "build" / "lean"


def measure() -> dict:
    """Bytes by board: the firmware's own (after boot, less the desk's stand-ins), and all."""
    result = {}
    asyncio_bytes = run("heap_of_asyncio.py")["asyncio_bytes"]
    with tempfile.NamedTemporaryFile(suffix=".lfs") as image:
        image.write(pack(firmware_files(), _IMAGE_BYTES))
        image.flush()
        for board in BOARDS:
            frozen = node(board, "heap_of_node.py", heap=COUNTED_HEAP)["heap"]
            loaded = node(
                board, "heap_of_loaded_node.py", heap=_LOADED_HEAP, FIRMWARE_IMAGE=image.name
            )["heap"]
            result[board] = {
                "frozen_bytes": frozen["all"] - frozen["desk"] - frozen["stand_ins"],
                "loaded_mpy_bytes": loaded["all"] - loaded["desk"],
                "asyncio_bytes": asyncio_bytes,
                "desk_stand_ins_bytes": frozen["desk"] - asyncio_bytes + frozen["stand_ins"],
                "aim_frozen_bytes": AIM_FROZEN_BYTES[board],
                "parts": _parts(frozen),
                "small": _small(board, frozen, asyncio_bytes),
            }
    return result


def _small(board: str, frozen: dict, asyncio_bytes: int) -> dict:
    """What is left where the heap is 64 KiB and what the desk's stand-ins take."""
    stand_ins = frozen["desk"] + frozen["stand_ins"] - asyncio_bytes
    left = node(board, "small_heap_of_node.py", heap=str(SMALL_BYTES + stand_ins))
    return {
        "free_bytes": left["heap_free"],
        "largest_free_bytes": left["heap_largest"],
        "aim_free_bytes": AIM_SMALL_FREE_BYTES,
        "aim_largest_free_bytes": AIM_SMALL_LARGEST_BYTES,
    }


def _parts(frozen: dict) -> dict[str, int]:
    """Bytes by part, the largest first: code by room, data by what holds it, and the rest."""
    parts: dict[str, int] = {}
    for module, sizes in frozen["code"].items():
        rooms = _rooms(module)
        for name, size in sizes.items():
            part = f"code of {rooms.get(name) or _room(module)}"
            parts[part] = parts.get(part, 0) + size
    parts |= {f"data of {holder}": size for holder, size in frozen["data"].items()}
    known = frozen["desk"] + frozen["stand_ins"] + sum(parts.values())
    parts["tasks and the rest"] = frozen["all"] - known
    return dict(sorted(parts.items(), key=lambda part: -part[1]))


def _rooms(module: str) -> dict[str, str]:
    """{name: room} of a file that modules were put together in (bootstrap.link)."""
    if module not in GROUPS:
        return {}
    path = module.replace(".", "/") + ".py"
    starts = [row for row in _lines() if row[0] == path]
    rooms = {}
    for each in ast.parse((_LEAN / path).read_text()).body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            written = [source for _, first, source in starts if first <= each.lineno][-1]
            rooms[each.name] = written.split("/")[1]
    return rooms


@cache
def _lines() -> tuple[tuple[str, int, str], ...]:
    found: dict = {}
    exec((_LEAN / (LINES.replace(".", "/") + ".py")).read_text(), {"const": tuple}, found)
    return found["LINES"]


def _room(module: str) -> str:
    """Of a module; of what belongs to several, such as a file of theirs, that word."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and module not in GROUPS else "all rooms: names"
