"""Images as text for people and as JSON for programs."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.table import Table

from tomo.image.contents import Contents, Partition
from tomo.image.heap_need import WITHOUT_PSRAM
from tomo.image.trial import TRIAL
from tomo.jobs.build_image import Built
from tomo.jobs.stored_settings import Setting, settings_of
from tomo.render.settings import SECRET, words

_LACKS = (
    "lacks our start-up: a damaged file system, or Ctrl-C while it boots, keeps the node from "
    "running"
)
_NOT_THERE = "not in this file"


def built_fields(built: Built) -> dict[str, Any]:
    return {
        "file": str(built.path),
        "kind": built.kind,
        "board": built.board,
        "chip": built.flash.chip,
        "micropython": built.flash.version,
        "machine": built.flash.machine,
        "program_bytes": built.program_bytes,
        "files": built.files,
        "file_bytes": built.file_bytes,
        "heap_loaded_bytes": built.heap.loaded,
        "heap_frozen_bytes": built.heap.frozen,
        "heap_without_psram_bytes": WITHOUT_PSRAM,
        "notes": list(built.notes),
        "sha256": built.sha256,
    }


def built_lines(built: Built) -> Iterator[str]:
    yield f"{built.path}: a {built.kind} image of {built.board}, {built.flash.machine}"
    program = f"program of {built.program_bytes} bytes"
    files = f"{built.files} {'file' if built.files == 1 else 'files'} of {built.file_bytes} bytes"
    yield f"  MicroPython {built.flash.version}; {program}; {files}"
    loaded, frozen = _kb(built.heap.loaded), _kb(built.heap.frozen)
    without = f"A chip without PSRAM has {_kb(WITHOUT_PSRAM)} KB"
    if built.kind == TRIAL:
        yield f"  {_LACKS}"
        where = "frozen into a product image"
        yield f"  heap: some {loaded} KB, loaded from files; {where} at most {frozen} KB. {without}"
    else:
        yield f"  heap: at most {frozen} KB. {without}"
    yield f"  SHA-256 {built.sha256}"


def contents_fields(where: str, contents: Contents) -> dict[str, Any]:
    flash, files = contents.flash, contents.files
    return {
        "file": where,
        "kind": contents.kind,
        "board": contents.board or None,
        "chip": flash.chip,
        "micropython": flash.version or None,
        "machine": flash.machine or None,
        "size": len(flash.data),
        "used_bytes": contents.used_bytes,
        "partitions": [_partition_fields(one) for one in contents.partitions],
        "files": None if files is None else [vars(one) for one in files],
        "no_files": contents.no_files or None,
        "free_bytes": None if files is None else contents.free_bytes,
        "settings": {one.key: _value(one) for one in _given(contents)},
        "settings_lost": contents.settings_lost,
    }


def contents_view(where: str, contents: Contents) -> Group:
    parts: list[Any] = ["\n".join(_head(where, contents)), _partitions_table(contents)]
    if contents.files:
        parts.append(_files_table(contents))
    settings = list(_given(contents))
    if settings:
        parts.append(_settings_table(settings))
    return Group(*parts)


def _head(where: str, contents: Contents) -> Iterator[str]:
    flash = contents.flash
    yield f"{where}: {contents.kind} image for {flash.chip}"
    yield f"board: {contents.board or 'not told'}"
    yield f"MicroPython: {flash.version or 'not found'}, {flash.machine or 'without a name'}"
    if contents.kind == TRIAL:
        yield _LACKS
    yield f"used: {contents.used_bytes} of {len(flash.data)} bytes"
    if contents.files is None:
        yield f"files: {contents.no_files}"
    else:
        total = sum(one.size for one in contents.files)
        yield f"files: {len(contents.files)} of {total} bytes, {contents.free_bytes} bytes free"
    if contents.settings_lost:
        yield "settings: lost, neither copy is whole"
    elif contents.settings is None:
        yield "settings: none"


def _partitions_table(contents: Contents) -> Table:
    table = Table("partition", title="partitions", title_justify="left")
    for heading in ("offset", "size", "used, bytes"):
        table.add_column(heading, justify="right")
    for one in contents.partitions:
        used = _NOT_THERE if one.used_bytes is None else str(one.used_bytes or "blank")
        table.add_row(one.label, f"{one.offset:#x}", f"{one.size:#x}", used)
    return table


def _files_table(contents: Contents) -> Table:
    table = Table("file", title="files in vfs", title_justify="left")
    table.add_column("bytes", justify="right")
    table.add_column("SHA-256", overflow="fold")
    for one in contents.files or ():
        table.add_row(one.path, str(one.size), one.sha256)
    return table


def _settings_table(settings: list[Setting]) -> Table:
    table = Table("setting", "value", title="settings", title_justify="left")
    for one in settings:
        shown = SECRET if one.value is None else words(one.value, one.unit)
        table.add_row(one.key, shown)
    return table


def _partition_fields(one: Partition) -> dict[str, Any]:
    used = None if one.used_bytes is None else one.used_bytes > 0
    return vars(one) | {"used": used}


def _given(contents: Contents) -> Iterator[Setting]:
    return (one for one in settings_of(contents.settings or {}) if one.given)


def _value(setting: Setting) -> object:
    return SECRET if setting.value is None else setting.value


def _kb(size: int) -> int:
    return round(size / 1000)
