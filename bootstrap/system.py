"""The check of this machine. It is in system.sh, which also runs without Python."""

import functools
import subprocess
import sys
from pathlib import Path

from bootstrap import places
from bootstrap.progress import SetupError


@functools.cache
def require(*more: str) -> None:
    """Make sure, once, that this machine can do all that the targets need, and what `more` names.

    Called before anything is fetched or compiled. Raises SetupError; what is wrong was told then.
    """
    script = Path(__file__).with_name("system.sh")
    sys.stderr.flush()
    if subprocess.call(["sh", str(script), str(places.CACHE), *more]):
        raise SetupError("this machine is not ready (see above)")
