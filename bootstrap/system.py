"""System packages. What is tried and installed is in system.sh, which also runs without Python."""

import subprocess
import sys
from pathlib import Path

from bootstrap.progress import SetupError


def require(need: str) -> None:
    """Make sure that the machine has `need` (see system.sh); it has said itself what is wrong."""
    script = Path(__file__).with_name("system.sh")
    sys.stderr.flush()
    if subprocess.call(["sh", str(script), need]):
        raise SetupError(f"this machine lacks what `{need}` needs (see above)")
