"""Runs the same programs on the desk, where the costed clock's weights count, and no processor."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from bootstrap.lean import beside
from proofs.budget.on_rv32 import ENVIRONMENT, ROOT, SETTINGS
from tomo.image.documents import put_node_settings

_HERE = Path(__file__).parent
# As the RV32 port's, of which the desk's stand-ins have their part there, too.
_HEAP = "140k"
_LIMIT_S = 60


def run(program: str, build: str) -> dict:
    """The JSON object that the program prints last. Raises SystemExit with all it said else.

    build   desk32 counts byte codes, desk32c pieces of C
    """
    # Frozen firmware has no names for its numbers.
    programs = beside(_HERE / "desk", ROOT / "build" / "beside" / "proofs" / "budget" / "desk")
    folders = (_HERE / "desk32", programs, ROOT / "boards" / ENVIRONMENT["DESK_BOARD"])
    path = ":".join([*map(str, folders), ".frozen"])
    with tempfile.TemporaryDirectory() as folder:
        put_node_settings(Path(folder), dict(SETTINGS))
        done = subprocess.run(
            [ROOT / "build" / build, "-X", f"heapsize={_HEAP}", "-c", f"import {program}"],
            cwd=folder,
            env=os.environ | ENVIRONMENT | {"MICROPYPATH": path, "DESK_IP": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{program}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
