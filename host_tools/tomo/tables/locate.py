"""On which line of a TOML file each table and key stands.

The standard parser gives values without places. This one gives places without values: it follows
headers and the keys at the start of a statement, and skips what lies inside strings and brackets.
It trusts that the standard parser has already accepted the file.
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
Problem = tuple[Path, str]  # the key to blame and what is wrong with it

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")
_INLINE_KEY = re.compile(r"[{,]\s*([A-Za-z0-9_-]+)\s*=")


def locate(text: str) -> dict[Path, int]:
    """Line numbers (from 1) by path; members of an array of tables are counted from 0."""
    lines: dict[Path, int] = {}
    for path, number, value in _places(text):
        lines[path] = number
        for inner in _INLINE_KEY.findall(value):
            lines[(*path, inner)] = number
    return lines


def first_double(text: str) -> tuple[Path, int, int] | None:
    """The first key or table that stands there twice, and both of its lines; not inline ones."""
    lines: dict[Path, int] = {}
    for path, number, _ in _places(text):
        if path in lines:
            return path, lines[path], number
        lines[path] = number
    return None


def _places(text: str) -> Iterator[tuple[Path, int, str]]:
    """Each table and key with its line, and what follows the key on it, in their order."""
    counts: dict[Path, int] = {}
    table: Path = ()
    open_value = ""
    for number, line in enumerate(text.splitlines(), 1):
        if open_value:
            open_value = _unfinished(open_value + "\n" + line)
            continue
        header = _HEADER.match(line)
        if header:
            table = _enter(header[2], header[1] == "[[", counts)
            yield table, number, ""
            continue
        key = _KEY.match(line)
        if key:
            path = table + tuple(_names(key[1]))
            value = line[key.end() :]
            yield path, number, value
            open_value = _unfinished(value)


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def words(path: Path) -> str:
    """The path as people write it; members are counted from 1: node[1].load[2].tier."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


def _enter(dotted: str, member: bool, counts: dict[Path, int]) -> Path:
    """The path of a header, going into the latest member of every array on the way."""
    path: Path = ()
    names = _names(dotted)
    for depth, name in enumerate(names):
        path += (name,)
        if member and depth == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
            _forget_below(counts, (*path, counts[path]))
        if path in counts:
            path += (counts[path],)
    return path


def _forget_below(counts: dict[Path, int], path: Path) -> None:
    for known in [known for known in counts if known[: len(path)] == path]:
        del counts[known]


def _unfinished(value: str) -> str:
    """`value` if a bracket or a long string in it is still open, else nothing."""
    bare = re.sub(r'"""(?:\\.|(?!""").)*"""|\'\'\'.*?\'\'\'', "", value, flags=re.DOTALL)
    if '"""' in bare or "'''" in bare:
        return value
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'', "", bare)
    bare = re.sub(r"#.*", "", bare)
    opened = bare.count("[") + bare.count("{")
    return value if opened > bare.count("]") + bare.count("}") else ""
