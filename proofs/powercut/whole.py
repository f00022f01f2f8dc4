"""Boots the whole firmware, as a desk node, on chips that power cuts have left."""

import json
import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from boards import partition_table
from boards.flash_map import FLASH_SIZE, TABLE_AT
from proofs.powercut.desk import small
from tomo.transport.desk_node import Desk

_SECTOR = 4096
_AT = 0x200000
_DATA = 1
_RUN_MS = 5_000
_LIMIT_S = 60


def boots_on(images: list[Path], pool: ThreadPoolExecutor) -> dict:
    """Boot on each; how many, how many did not, and what these said."""
    lines = [line for line in pool.map(_boot, images) if line]
    return {"firmware_boots": len(images), "unbootable": len(lines), "lines": lines}


def _boot(image: Path) -> str:
    """Nothing if the node runs on this image, else what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "flash.bin").write_bytes(_chip(image.read_bytes()))
        desk = Desk("cut", "submeter6", clock="virtual", run_ms=_RUN_MS, linked=False)
        done = subprocess.run(
            desk.arguments(),
            cwd=folder,
            env=os.environ | desk.environment(),
            input="status\n",
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    status = next((line for line in said if line["event"] == "status"), {})
    faults = [line for line in said if line["event"] == "fault"]
    if done.returncode or faults or status.get("storage") != "whole" or status["flash_faults"]:
        return f"{image.name}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return ""


def _chip(memory: bytes) -> bytes:
    """A chip of 4 MiB with small partitions, and a table that says so."""
    data = bytearray(b"\xff" * FLASH_SIZE)
    rows, at = [], _AT
    for label, subtype, sectors in small.PARTITIONS:
        rows.append((label, _DATA, subtype, at, sectors * _SECTOR))
        at += sectors * _SECTOR
    table = partition_table.pack(rows)
    data[TABLE_AT : TABLE_AT + len(table)] = table
    data[_AT : _AT + len(memory)] = memory
    return bytes(data)
