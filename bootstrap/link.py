"""Puts the modules that a node always has together into one, for `bootstrap.lean`.

A module takes 32 bytes of heap and 8 for each of its names, imports among them; some fifty that
import from each other came to 6 KB. Ours stay small files, each with its purpose: only what is
frozen is one file a group (GROUPS), with every name there once.

    a group's file   the modules one after another, those that are imported first; a name that two
                     of them have gets the module's behind it
    a module's file  imports its names from there: for tests and for what lies beside a board
    other modules    import from the group's file what they imported from a module of it

The modules of a group are those that its roots import at the top of a file, directly or through
others, without those that are let go later (`core.modules`). What is imported inside a function is
wanted by some boards only, or for a moment, and stays a file.

`core.lines` gets the lines at which the modules begin, so that a fault leads to the file as it was
written.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

GROUPS = {
    "tomoshibi.always": ("tomoshibi.node.assemble", "tomoshibi.node.whole_node"),
    "tomoshibi.with_loads": (
        "tomoshibi.node.build_loads",
        "tomoshibi.reporting.meter_sources",
        "tomoshibi.core.branch",
        "tomoshibi.meter.peak",
    ),
    "tomoshibi.with_lamp": ("tomoshibi.node.build_lamp",),
}
LINES = "tomoshibi.core.lines"

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Scope = _Function | ast.ClassDef | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Import = ast.Import | ast.ImportFrom
# What a name stands for: (module, name) of what another file has, or has defined itself.
Key = tuple[str, str]


class CannotLink(Exception):
    """A file is written in a way that cannot be put together with others; where and why."""


def link(texts: Mapping[str, str]) -> dict[str, str]:
    """Modules {dotted name: text} as they are frozen. Raises CannotLink."""
    files = {name: _File(name, ast.parse(text), text) for name, text in texts.items()}
    for file in files.values():
        file.look(files)
    groups = _groups(files)
    finals = {group: _final_names(members, files) for group, members in groups.items()}
    place = {member: group for group, members in groups.items() for member in members}
    done = {
        name: _rewritten(file, files, place, finals)
        for name, file in files.items()
        if name not in place
    }
    starts = []
    for group, members in groups.items():
        blocks = [_rewritten(files[member], files, place, finals) for member in members]
        done[group] = "\n".join(blocks)
        first = 1
        for member, block in zip(members, blocks, strict=True):
            path = member.replace(".", "/") + ".py"
            starts.append((group.replace(".", "/") + ".py", first, path))
            first += block.count("\n") + 1
            done[member] = _door(files[member], group, finals[group])
    if LINES in done:
        done[LINES] = f"LINES = const({tuple(starts)!r})\n"
    return done


@dataclass
class _File:
    """One module: its tree, and what its names at the top level stand for."""

    name: str
    tree: ast.Module
    text: str
    names: dict[str, Key] = field(default_factory=dict)
    # Names that stand for a whole module of ours.
    modules: dict[str, str] = field(default_factory=dict)
    # Imported inside functions; the same name means the same everywhere.
    inner: dict[str, Key] = field(default_factory=dict)
    # What imports bind, wherever they stand: {name: (module, name there)}.
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)

    def look(self, files: Mapping[str, "_File"]) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Global | ast.Nonlocal):
                continue
            if isinstance(node, _Import):
                self._look_at_import(node, files)
        for name in _top_names(self.tree):
            self._bind(name, (self.name, name))
            self.names[name] = (self.name, name)

    def _look_at_import(self, node: _Import, files: Mapping[str, "_File"]) -> None:
        at_top = node in self.tree.body
        for each in node.names:
            bound = each.asname or each.name
            self._bind(bound, (str(getattr(node, "module", "")), each.name))
            if isinstance(node, ast.Import):
                if at_top:
                    self.names[bound] = (each.name, "")
            elif f"{node.module}.{each.name}" in files:
                self.modules[bound] = f"{node.module}.{each.name}"
            elif at_top:
                self.names[bound] = (str(node.module), each.name)
            elif node.module in files:
                self.inner[bound] = (str(node.module), each.name)

    def _bind(self, name: str, origin: tuple[str, str]) -> None:
        if self.origins.setdefault(name, origin) != origin:
            raise CannotLink(f"{self.name}: {name} stands for two things")

    def imports(self) -> Iterator[str]:
        """Modules of ours that it imports at the top level."""
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{each.name}" for each in node.names)


def _top_names(tree: ast.Module) -> Iterator[str]:
    """Names that the top level defines or assigns."""
    for node in tree.body:
        if isinstance(node, _Definition):
            yield node.name
        elif not isinstance(node, _Import):
            for each in ast.walk(node):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    yield each.id


def _let_go(files: Mapping[str, _File]) -> set[str]:
    return {
        f"tomoshibi.{word.value}"
        for file in files.values()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "let_go"
        for word in node.args
        if isinstance(word, ast.Constant)
    }


def _groups(files: Mapping[str, _File]) -> dict[str, list[str]]:
    """{group: its modules, each after those that it imports}."""
    gone, taken = _let_go(files), set[str]()
    groups = {}
    for group, roots in GROUPS.items():
        order: list[str] = []
        for root in roots:
            if root in files:
                _visit(root, files, order, ())
            elif order:
                raise CannotLink(f"{group}: no {root}")
        groups[group] = [name for name in order if name not in gone and name not in taken]
        taken.update(order)
    return {group: members for group, members in groups.items() if members}


def _visit(name: str, files: Mapping[str, _File], order: list[str], way: tuple[str, ...]) -> None:
    if name in way:
        raise CannotLink(f"imports in a circle: {' -> '.join((*way, name))}")
    if name in order:
        return
    for each in files[name].imports():
        if each in files:
            _visit(each, files, order, (*way, name))
    order.append(name)


def _origin(key: Key, files: Mapping[str, _File]) -> Key:
    """Where a thing is defined that is imported from a module which has imported it itself."""
    module, name = key
    while module in files and files[module].names.get(name, (module, name)) != (module, name):
        module, name = files[module].names[name]
    return module, name


def _final_names(members: list[str], files: Mapping[str, _File]) -> dict[Key, str]:
    """{what: its name in the group's file}."""
    finals: dict[Key, str] = {}
    taken: set[str] = set()
    for member in members:
        for name, key in files[member].names.items():
            key = _origin(key, files)
            if key in finals:
                continue
            final = name
            if final in taken or (hasattr(builtins, name) and key[0] == member):
                final = f"{name}_{member.rpartition('.')[2]}"
            if final in taken:
                raise CannotLink(f"{member}: {name} has no name of its own")
            taken.add(final)
            finals[key] = final
    return finals


def _door(file: _File, group: str, finals: Mapping[Key, str]) -> str:
    """What stands in place of a module of a group: its names, from there."""
    own = [name for name, key in file.names.items() if key == (file.name, name)]
    words = [
        name if finals[file.name, name] == name else f"{finals[file.name, name]} as {name}"
        for name in own
    ]
    return f"from {group} import {', '.join(words)}\n" if own else ""


def _rewritten(
    file: _File,
    files: Mapping[str, _File],
    place: Mapping[str, str],
    finals: Mapping[str, Mapping[Key, str]],
) -> str:
    """A module's text with the names of groups, and with imports from their files."""
    return _Rewriting(file, files, place, finals).text()


class _Rewriting(ast.NodeVisitor):
    """Edits of one file: what is to stand where."""

    def __init__(
        self,
        file: _File,
        files: Mapping[str, _File],
        place: Mapping[str, str],
        finals: Mapping[str, Mapping[Key, str]],
    ) -> None:
        self._file, self._files, self._place = file, files, place
        self._group = place.get(file.name)
        self._finals = finals
        self._lines = [line.encode() for line in file.text.split("\n")]
        self._edits: list[tuple[int, int, int, str]] = []
        # Of each name for a module of a group: what is used of it, and under which name.
        self._used: dict[str, dict[str, str]] = {}
        self._local: list[set[str]] = []

    def text(self) -> str:
        self.visit(self._file.tree)
        for line, start, end, word in sorted(self._edits, reverse=True):
            raw = self._lines[line - 1]
            self._lines[line - 1] = raw[:start] + word.encode() + raw[end:]
        for node in ast.walk(self._file.tree):
            if isinstance(node, ast.ImportFrom):
                self._edit_import(node)
        return b"\n".join(self._lines).decode()

    def _final(self, key: Key) -> str | None:
        """The name of a thing in this file's group, if that has it."""
        if self._group is None:
            return None
        return self._finals[self._group].get(_origin(key, self._files))

    def _elsewhere(self, key: Key) -> tuple[str, str] | None:
        """(group, name there) of a thing that another group has."""
        key = _origin(key, self._files)
        group = self._place.get(key[0])
        if group is None or group == self._group:
            return None
        return group, self._finals[group][key]

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, _Definition) and node in self._file.tree.body:
            self._rename_definition(node)
        if isinstance(node, ast.ClassDef):
            # What its body assigns is asked for as an attribute, which keeps its name.
            assigned = [each for each in node.body if not isinstance(each, _Definition)]
            self._refuse(node, list(_bound_in(assigned)))
        if isinstance(node, _Function):
            self._function(node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if not self._module_attribute(node, node.value.id):
                self.generic_visit(node)
        elif isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Global):
            self._refuse(node, node.names)
        elif isinstance(node, ast.JoinedStr):
            self._refuse(node, [n.id for n in ast.walk(node) if isinstance(n, ast.Name)])
        else:
            self.generic_visit(node)

    def _function(self, node: _Function) -> None:
        body = _body(node)
        for each in ast.iter_child_nodes(node):
            if each not in body:
                self.visit(each)  # defaults and decorators are worked out outside
        self._local.append(_local_names(node))
        for each in body:
            self.visit(each)
        self._local.pop()

    def _refuse(self, node: ast.stmt | ast.expr, names: list[str]) -> None:
        for name in names:
            final = self._final(self._file.names.get(name, ("", "")))
            if name in self._file.modules or final not in (None, name):
                raise CannotLink(f"{self._file.name}:{node.lineno}: {name} must be renamed here")

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self._local)

    def _rename_definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        final = self._final((self._file.name, node.name))
        if final not in (None, node.name):
            start = self._lines[node.lineno - 1].index(node.name.encode(), node.col_offset)
            self._edit(node.lineno, start, start + len(node.name), final)

    def _name(self, node: ast.Name) -> None:
        if self._is_local(node.id):
            return
        key = self._file.names.get(node.id) or self._file.inner.get(node.id)
        if key is None:
            if node.id in self._file.modules and node.id in self._modules_of_groups():
                raise CannotLink(f"{self._file.name}:{node.lineno}: {node.id} is no module there")
            return
        final = self._final(key)
        if final not in (None, node.id):
            self._edit(node.lineno, node.col_offset, node.end_col_offset or 0, final)

    def _modules_of_groups(self) -> set[str]:
        return {name for name, module in self._file.modules.items() if module in self._place}

    def _module_attribute(self, node: ast.Attribute, name: str) -> bool:
        """`module.thing`, where a group has the module: whether it is."""
        module = self._file.modules.get(name)
        if module not in self._place or self._is_local(name):
            return False
        word = self._final((str(module), node.attr))
        if word is None:
            word = f"{name}_{node.attr}"
            self._used.setdefault(name, {})[node.attr] = word
        if node.lineno != node.end_lineno:
            raise CannotLink(f"{self._file.name}:{node.lineno}: on more than one line")
        self._edit(node.lineno, node.col_offset, node.end_col_offset or 0, word)
        return True

    def _edit(self, line: int, start: int, end: int, word: str) -> None:
        self._edits.append((line, start, end, word))

    def _edit_import(self, node: ast.ImportFrom) -> None:
        """Leave out what the group has itself; take from other groups' files what they have."""
        stays: list[str] = []
        moved: dict[str, list[str]] = {}
        changed = False
        for each in node.names:
            bound = each.asname or each.name
            module = f"{node.module}.{each.name}"
            if module in self._place:
                changed = True
                for attribute, word in self._used.get(bound, {}).items():
                    self._move(moved, (module, attribute), word)
            elif node.module in self._place:
                changed = True
                if self._place[str(node.module)] != self._group:
                    self._move(moved, (str(node.module), each.name), self._bound(node, bound))
            else:
                final = self._bound(node, bound)
                changed = changed or final != bound
                stays.append(each.name if final == each.name else f"{each.name} as {final}")
        if changed:
            self._write_import(node, stays, moved)

    def _bound(self, node: ast.ImportFrom, name: str) -> str:
        """What an import binds: at the top level of a group's file, the name that is free there."""
        if node not in self._file.tree.body or name not in self._file.names:
            return name
        return self._final(self._file.names[name]) or name

    def _move(self, moved: dict[str, list[str]], key: Key, word: str) -> None:
        there = self._elsewhere(key)
        if there is None:
            raise CannotLink(f"{self._file.name}: nobody has {'.'.join(key)}")
        group, name = there
        moved.setdefault(group, []).append(name if name == word else f"{name} as {word}")

    def _write_import(
        self, node: ast.ImportFrom, stays: list[str], moved: Mapping[str, list[str]]
    ) -> None:
        words = [f"from {node.module} import {', '.join(stays)}"] if stays else []
        words += [f"from {group} import {', '.join(names)}" for group, names in moved.items()]
        indent = " " * node.col_offset
        for number in range(node.lineno - 1, node.end_lineno or node.lineno):
            self._lines[number] = b""
        at_top = node in self._file.tree.body
        line = "; ".join(words) or ("" if at_top else "pass")
        self._lines[node.lineno - 1] = (indent + line).encode() if line else b""


def _local_names(function: _Function) -> set[str]:
    """Names that are a function's own: parameters, and what it binds, imports of ours left out."""
    names = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    return names | set(_bound_in(_body(function)))


def _body(function: _Function) -> list[ast.stmt] | list[ast.expr]:
    return [function.body] if isinstance(function, ast.Lambda) else function.body


def _bound_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """What a scope binds but for imports, without what functions and classes in it do."""
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | _Definition) and node.name:
            yield node.name
        if not isinstance(node, _Scope):
            yield from _bound_in(ast.iter_child_nodes(node))
