"""Puts named numbers and words where they are used, for `bootstrap.lean`.

A name of a module takes 8 bytes of heap for as long as the module is there, and each import of it
as much again; MicroPython's compiler folds `const` within one file only. So a file that is frozen
has `3` where ours has `events.LOAD`, and neither the import nor the name. Lines keep their numbers.

A constant is what a module assigns once, at its top level, to a name in capitals: an integer, a
text, or what can be worked out of such.
"""

import ast
import operator
import re
from collections.abc import Iterator, Mapping
from functools import cache

Value = int | str
# {module: {name: value}}
Constants = dict[str, dict[str, Value]]

_NAME = re.compile(r"_?[A-Z][A-Z0-9_]*\Z")
_SUMS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Import = ast.Import | ast.ImportFrom


def constants_of(texts: Mapping[str, str]) -> Constants:
    """The constants of modules {dotted name: text}."""
    trees = {module: _parsed(text) for module, text in texts.items()}
    found: Constants = {module: {} for module in trees}
    counted = -1
    while counted < (counted := sum(map(len, found.values()))):
        # Once more: one may be worked out of another module's.
        for module, tree in trees.items():
            known = _Bindings(tree, found).values | found[module]
            for name, value in _assigned(tree):
                worked_out = _value(value, known)
                if worked_out is not None:
                    known[name] = found[module][name] = worked_out
    return found


def inline(texts: Mapping[str, str]) -> dict[str, str]:
    """Modules {dotted name: text} with values for each other's constants and for their own.

    A constant keeps its name where one of them still asks for it.
    """
    constants = constants_of(texts)
    done = {module: inline_into(text, constants) for module, text in texts.items()}
    wanted = {wanted for text in done.values() for wanted in _wanted(text, constants)}
    return {
        module: _without(
            text, {name: v for name, v in constants[module].items() if (module, name) not in wanted}
        )
        for module, text in done.items()
    }


def inline_into(text: str, constants: Constants) -> str:
    """`text` with values for what it imports of `constants`, and without imports only for that.

    What the file binds anew, from two modules for one, or has inside an f-string, stays a name.
    """
    tree = _parsed(text)
    bindings = _Bindings(tree, constants)
    uses = _Uses(tree, bindings)
    lines = _put(text, uses.found)
    for node in _nodes(tree):
        if isinstance(node, _Import):
            kept = [each for each in node.names if not uses.needless(_bound(each))]
            if len(kept) < len(node.names):
                _shorten(lines, node, kept)
    return "\n".join(lines)


def _without(text: str, constants: Mapping[str, Value]) -> str:
    """A module without the names of these constants of its own."""
    tree = _parsed(text)
    uses = _Uses(tree, _Bindings(tree, {}, constants))
    lines = _put(text, uses.found)
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id in constants:
                if target.id not in uses.others:
                    _blank(lines, node)
    return "\n".join(lines)


class _Bindings:
    """What names of a file stand for: `values` of constants, `modules` with constants."""

    def __init__(
        self, tree: ast.Module, constants: Constants, own: Mapping[str, Value] | None = None
    ) -> None:
        self.values: dict[str, Value] = dict(own or {})
        self.modules: dict[str, dict[str, Value]] = {}
        origins: dict[str, str] = {}
        twofold = set[str]()  # where functions import one name from different modules
        for node in _imports(tree):
            names = constants.get(str(node.module), {})
            for each in node.names:
                name, origin = _bound(each), f"{node.module}.{each.name}"
                if origins.setdefault(name, origin) != origin:
                    twofold.add(name)
                if each.name in names:
                    self.values[name] = names[each.name]
                elif origin in constants:
                    self.modules[name] = constants[origin]
        anew = {name for name, _ in _assigned(tree)} & set(own or {})
        for name in _bound_names(tree):
            # Once is the assignment of a constant of the file's own; any other is not foreseen.
            if name in anew:
                anew.discard(name)
            else:
                self.values.pop(name, None)
        for name in twofold:
            self.values.pop(name, None)
            self.modules.pop(name, None)


class _Uses(ast.NodeVisitor):
    """Where a file uses what is bound.

    found    [(node, value)]: to be replaced
    others   names that are used as names
    """

    def __init__(self, tree: ast.Module, bindings: _Bindings) -> None:
        self.found: list[tuple[ast.expr, Value]] = []
        self.others: set[str] = set()
        self._replaced: set[str] = set()
        self._bindings = bindings
        self._local: list[set[str]] = []
        self.visit(tree)

    def needless(self, name: str) -> bool:
        """Whether nothing but what is replaced needs the import of `name`."""
        return name in self._replaced and name not in self.others

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, _Function):
            # Defaults and decorators are looked at inside, too: none of ours has a name in common.
            self._local.append(set(_bound_names(node)))
            self.generic_visit(node)
            self._local.pop()
        elif isinstance(node, ast.JoinedStr):
            # Python 3.11 does not say where in the file its parts are.
            self.others |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            self._attribute(node, node.value.id)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self._name(node)
        else:
            self.generic_visit(node)

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self._local)

    def _attribute(self, node: ast.Attribute, name: str) -> None:
        value = self._bindings.modules.get(name, {}).get(node.attr)
        if value is None or self._is_local(name):
            self.others.add(name)
        else:
            self.found.append((node, value))
            self._replaced.add(name)

    def _name(self, node: ast.Name) -> None:
        value = self._bindings.values.get(node.id)
        if value is None:
            self.others.add(node.id)
        else:
            self.found.append((node, value))
            self._replaced.add(node.id)


# The same text, and what is found in its tree, is asked for several times; reading and walking are
# what takes long. Nobody changes a tree.
@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


@cache
def _bound_names(tree: ast.AST) -> tuple[str, ...]:
    """Names that are bound in `tree` otherwise than by an import."""
    names = []
    for node in _nodes(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.append(node.id)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.ExceptHandler | _Definition) and node.name:
            names.append(node.name)
    return tuple(names)


@cache
def _imports(tree: ast.Module) -> tuple[ast.ImportFrom, ...]:
    return tuple(node for node in _nodes(tree) if isinstance(node, ast.ImportFrom))


@cache
def _assigned(tree: ast.Module) -> tuple[tuple[str, ast.expr], ...]:
    """Names in capitals that the file's top level assigns, once in the whole file."""
    bound = _bound_names(tree)
    return tuple(
        (target.id, node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and len(node.targets) == 1
        for target in node.targets
        if isinstance(target, ast.Name) and _NAME.match(target.id) and bound.count(target.id) == 1
    )


def _value(node: ast.expr, known: Mapping[str, Value]) -> Value | None:
    """What an expression comes to, if that is a constant."""
    if isinstance(node, ast.Constant):
        value = node.value
        return value if isinstance(value, int | str) and not isinstance(value, bool) else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Call):
        is_const = isinstance(node.func, ast.Name) and node.func.id == "const"
        return _value(node.args[0], known) if is_const else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand, known)
        return -value if isinstance(value, int) else None
    if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
        left, right = _value(node.left, known), _value(node.right, known)
        if isinstance(left, int) and isinstance(right, int):
            return _SUMS[type(node.op)](left, right)
    return None


def _wanted(text: str, constants: Constants) -> Iterator[tuple[str, str]]:
    """(module, name) of the constants that a file still asks for by name."""
    tree = _parsed(text)
    modules = {}
    for node in _nodes(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield node.module, each.name
                modules[_bound(each)] = f"{node.module}.{each.name}"
    for node in _nodes(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module in constants:
                yield module, node.attr


def _put(text: str, found: list[tuple[ast.expr, Value]]) -> list[str]:
    """The lines of `text` with values for the expressions found."""
    lines = [line.encode() for line in text.split("\n")]
    for node, value in sorted(found, key=lambda one: (one[0].lineno, -one[0].col_offset)):
        if node.lineno != node.end_lineno:
            raise ValueError(f"on more than one line: {ast.unparse(node)}")
        line, shown = lines[node.lineno - 1], repr(value)
        if isinstance(value, int) and value < 0:
            shown = f"({shown})"
        lines[node.lineno - 1] = (
            line[: node.col_offset] + shown.encode() + line[node.end_col_offset :]
        )
    return [line.decode() for line in lines]


def _bound(name: ast.alias) -> str:
    return name.asname or name.name


def _shorten(lines: list[str], node: _Import, kept: list[ast.alias]) -> None:
    """Have an import name no more than `kept`."""
    indent = lines[node.lineno - 1][: node.col_offset]
    _blank(lines, node)
    words = ", ".join(f"{e.name} as {e.asname}" if e.asname else e.name for e in kept)
    if isinstance(node, ast.ImportFrom) and kept:
        lines[node.lineno - 1] = f"{indent}from {node.module} import {words}"
    elif kept:
        lines[node.lineno - 1] = f"{indent}import {words}"
    elif indent:
        lines[node.lineno - 1] = f"{indent}pass"


def _blank(lines: list[str], node: ast.stmt) -> None:
    for number in range(node.lineno - 1, node.end_lineno or node.lineno):
        lines[number] = ""
