"""Copies of our Python without what only hosts and checkers read; for manifests to freeze.

Every name of a module takes 8 bytes of heap for as long as the module is there, frozen or not.
MicroPython's compiler knows `const` without its import, and what `if TYPE_CHECKING:` holds is never
run; named numbers and words stand where they are used (bootstrap.constants), and what is always
loaded together is one file (bootstrap.link).
"""

import ast
import hashlib
import inspect
import os
import sys
from functools import cache
from pathlib import Path

from bootstrap import constants, link
from bootstrap.constants import Constants, constants_of, inline, inline_into

_FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
_NEEDLESS = {"micropython": "const", "typing": "TYPE_CHECKING"}


def lean(folder: str, into: str) -> str:
    """Bring the copy of `folder`, whose modules know each other, up to date; its absolute path."""
    source, copy = Path(folder).resolve(), Path(into).resolve()
    read = {name: _text(path) for name, path in _modules(source).items()}
    key = _key(read)
    done = copy / "of"
    if done.exists() and done.read_text("utf-8") == key:
        return str(copy)
    done.unlink(missing_ok=True)
    texts = inline(read)
    wanted = {
        copy / (name.replace(".", "/") + ".py"): text
        for name, text in link.link({name: strip(text) for name, text in texts.items()}).items()
    }
    for stray in set(copy.rglob("*.py")) - set(wanted):
        stray.unlink(missing_ok=True)
    for path, text in wanted.items():
        _put(path, text)
    _put(done, key)
    return str(copy)


def _key(texts: dict[str, str]) -> str:
    """What a copy depends on, as a hash."""
    code = [inspect.getsource(module) for module in (sys.modules[__name__], constants, link)]
    return hashlib.sha256(repr((code, sorted(texts.items()))).encode()).hexdigest()


def beside(path: Path, into: Path) -> Path:
    """A copy at `into` of a file that runs beside the frozen firmware, whose numbers have no names.

    A folder is copied with all that is in it.
    """
    for each in [path] if path.is_file() else path.rglob("*.py"):
        text = strip(inline_into(_text(each), _of_firmware()))
        _put(into if each == path else into / each.relative_to(path), text)
    return into


@cache
def _of_firmware() -> Constants:
    return constants_of({name: _text(path) for name, path in _modules(_FIRMWARE).items()})


def _modules(folder: Path) -> dict[str, Path]:
    """{dotted name: path} of all Python in a folder."""
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): path
        for path in sorted(folder.rglob("*.py"))
    }


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def strip(text: str) -> str:
    """`text` with blank lines for what a device does not need; lines keep their numbers."""
    tree = ast.parse(text)
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.If) and _is_type_checking(node.test) and not node.orelse:
            _blank(lines, node)
    used = [node for one in tree.body if lines[one.lineno - 1] for node in ast.walk(one)]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in _NEEDLESS:
            name = _NEEDLESS[node.module]
            if name == "const" and not _all_constants(used):
                continue
            if name != "const" and any(_is_type_checking(each) for each in used):
                continue
            kept = [each.name for each in node.names if each.name != name]
            renamed = any(each.asname for each in node.names)
            if not renamed and len(kept) < len(node.names):
                _blank(lines, node)
                if kept:
                    lines[node.lineno - 1] = f"from {node.module} import {', '.join(kept)}"
    return "\n".join(lines)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "TYPE_CHECKING"


def _all_constants(nodes: list[ast.AST]) -> bool:
    """Whether `const` is nothing but what an assignment to one name calls."""
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id == "const"]
    calls = [
        node.value.func
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    ]
    return all(name in calls for name in names)


def _blank(lines: list[str], node: ast.stmt) -> None:
    for number in range(node.lineno - 1, node.end_lineno or node.lineno):
        lines[number] = ""


def _put(path: Path, text: str) -> None:
    """Whole or not at all, and not at all if it is there: two builds may do so side by side."""
    if path.exists() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text, "utf-8")
    os.replace(fresh, path)
