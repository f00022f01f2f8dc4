"""What is wrong with the manifest.py and app.py beside a board.py; neither is run."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tomo.board.finding import Finding
from tomo.board.own_chips import base_of
from tomo.board.read import Board

_APP, _MANIFEST = "app.py", "manifest.py"
_LONGEST_MS = 3_600_000
_DOCS = "docs/porting.md has what it holds."


def beside(board: Board) -> Iterator[Finding]:
    """Findings in the files beside the board that are there."""
    for name, rules in ((_APP, _app), (_MANIFEST, _manifest)):
        path = board.path.parent / name
        if not path.is_file():
            continue
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            yield Finding(error.lineno or 1, f"cannot be read: {error.msg}", _DOCS, file=name)
        except ValueError as error:  # a NUL
            yield Finding(1, f"cannot be read: {error}", _DOCS, file=name)
        else:
            yield from rules(tree, path.parent)


def _manifest(tree: ast.Module, folder: Path) -> Iterator[Finding]:
    for call in ast.walk(tree):
        match call:
            case ast.Call(
                func=ast.Name(id="include"), args=[ast.Constant(value=str() as path), *_]
            ):
                there = (folder / path).is_file() or (folder / path / _MANIFEST).is_file()
            case ast.Call(func=ast.Name(id="module"), args=[ast.Constant(value=str() as name), *_]):
                base = base_of(call) or "$()"
                path = f"{base}/{name}" if base != "." else name
                there = (folder / path).is_file()
            case _:
                continue
        if not there and "$(" not in path:
            remedy = "Paths are relative to this folder."
            yield Finding(call.lineno, f"no {path}", remedy, file=_MANIFEST)


def _app(tree: ast.Module, _folder: Path) -> Iterator[Finding]:
    names = {name for statement in tree.body for name in _names(statement)}
    if not names & {"JOBS", "*"}:
        yield Finding(1, "no JOBS", _DOCS, file=_APP)
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="JOBS")], value=rows)
                | ast.AnnAssign(target=ast.Name(id="JOBS"), value=rows)
            ):
                yield from _rows(rows)


def _names(statement: ast.stmt) -> Iterator[str]:
    """What a statement at the top of a module gives a value."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name


def _rows(rows: ast.expr | None) -> Iterator[Finding]:
    if isinstance(rows, ast.Constant):
        yield _no_job(rows)
    for row in rows.elts if isinstance(rows, ast.Tuple | ast.List) else ():
        if isinstance(row, ast.Constant) or (
            isinstance(row, ast.Tuple | ast.List) and not _may_be_job(row.elts)
        ):
            yield _no_job(row)


def _may_be_job(row: list[ast.expr]) -> bool:
    """Whether a row is a job as far as its literals tell."""
    if any(isinstance(each, ast.Starred) for each in row):
        return True
    if len(row) != 3:
        return False
    name, function, deadline = row
    return (
        (not isinstance(name, ast.Constant) or isinstance(name.value, str))
        and not isinstance(function, ast.Constant | ast.Tuple | ast.List)
        and (not isinstance(deadline, ast.Constant) or _is_deadline(deadline.value))
        and not isinstance(deadline, ast.UnaryOp)
    )


def _is_deadline(value: object) -> bool:
    return type(value) is int and 0 < value <= _LONGEST_MS


def _no_job(row: ast.expr) -> Finding:
    what = f"JOBS: {ast.unparse(row)} is no such row"
    remedy = f"A row is a name, a coroutine function and a deadline of 1 to {_LONGEST_MS} ms."
    return Finding(row.lineno, what, remedy, file=_APP)
