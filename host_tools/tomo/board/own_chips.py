"""Chips that a board brings along: a driver WORD.py and a model WORD_model.py beside board.py."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tomo.board.read import Board


def is_own(board: Board, word: str) -> bool:
    return word.isidentifier() and _beside(board, word).is_file()


def missing(board: Board, word: str) -> Iterator[tuple[str, str, bool]]:
    """What a chip of the board's own lacks: (what, remedy, whether it fails)."""
    driver = _beside(board, word)
    wrong = _no_class(driver, "Driver")
    if wrong:
        yield wrong, "docs/porting.md has what a driver is.", True
    manifest = _beside(board, "manifest")
    if manifest.is_file() and driver.name not in modules_of(manifest):
        yield f"{driver.name} is in no image", f'Add module("{driver.name}") to manifest.py.', True
    model = _beside(board, f"{word}_model")
    wrong = _no_class(model, "Model") if model.is_file() else f"no {model.name}"
    if wrong:
        yield wrong, "Without a model this board has no desk: docs/porting.md tells.", False


def channels_of(board: Board, word: str) -> int | None:
    """The `channels` that a driver's class says in plain figures; None if it does not."""
    try:
        body = ast.parse(_beside(board, word).read_bytes()).body
    except (OSError, SyntaxError, ValueError):  # told elsewhere
        return None
    drivers = [one for one in body if isinstance(one, ast.ClassDef) and one.name == "Driver"]
    for one in (statement for driver in drivers for statement in driver.body):
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "channels":
            if isinstance(one.value, ast.Constant) and type(one.value.value) is int:
                return one.value.value
    return None


def _beside(board: Board, module: str) -> Path:
    return board.path.parent / f"{module}.py"


def _no_class(path: Path, name: str) -> str:
    """Why a module has no such class at its top; empty if it has."""
    try:
        body = ast.parse(path.read_bytes(), str(path)).body
    except (SyntaxError, ValueError) as error:
        return f"{path.name} cannot be read: {error}"
    if any(isinstance(one, ast.ClassDef) and one.name == name for one in body):
        return ""
    return f"{path.name} has no class {name}"


def modules_of(manifest: Path) -> dict[str, Path]:
    """{name: where it lies} of the modules that a manifest freezes one by one; empty without one.

    Those whose folder only running it would tell are left out.
    """
    try:
        tree = ast.parse(manifest.read_bytes())
    except (OSError, SyntaxError, ValueError):  # told of the manifest itself
        return {}
    found = {}
    for call in ast.walk(tree):
        match call:
            case ast.Call(func=ast.Name(id="module"), args=[ast.Constant(value=str() as name), *_]):
                base = base_of(call)
                if base is not None:
                    found[name] = manifest.parent / base / name
    return found


def base_of(call: ast.Call) -> str | None:
    """The folder that a manifest's call takes its files from; None if only running would tell."""
    given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "base_path")]
    match given:
        case []:
            return "."
        case [ast.Constant(value=str() as base)]:
            return base
    return None
