"""Runs the programs of `proofs/budget/desk`, frozen into build/rv32.elf, under QEMU."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap import rv32
from tomo.image.documents import FLASH_FILE, put_node_settings

ROOT = Path(__file__).resolve().parents[2]
_LIMIT_S = 180
# Loads are on again a few seconds after the start: the hold is the site's business.
SETTINGS = {"name": "budget", "return_hold_s": 5, "stagger_s": 0, "wifi_ssid": "desk"}
ENVIRONMENT = {
    "DESK_BOARD": "submeter6",
    "DESK_CLOCK": "virtual",
    "DESK_START": "848620800",  # 2026-11-23 00:00 UTC: any instant at which the clock is set
    "DESK_SEED": "1",
}


def run(program: str, ip: str = "") -> dict:
    """The JSON object that the program prints last. Raises SystemExit with all it said else.

    ip   the node's address; without one its network is down
    """
    return json.loads(output(program, ip=ip).splitlines()[-1])


def output(program: str, settings: Mapping[str, Any] = SETTINGS, ip: str = "") -> str:
    """All that the program prints, with these settings in its flash. Raises SystemExit likewise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put_node_settings(folder, dict(settings))
        environment = folder / "environment"
        lines = (ENVIRONMENT | {"PROGRAM": program, "DESK_IP": ip}).items()
        environment.write_text("".join(f"{key}={value}\n" for key, value in lines))
        files = {rv32.ENVIRONMENT: environment, rv32.FLASH: folder / FLASH_FILE}
        try:
            done = subprocess.run(
                rv32.command(ROOT / "build" / rv32.PROGRAM, files),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as hung:
            raise SystemExit(f"{program}: no end in {_LIMIT_S} s\n{hung.stdout}") from None
    if done.returncode:
        raise SystemExit(f"{program}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
