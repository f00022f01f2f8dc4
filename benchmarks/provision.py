"""How long a fresh node takes to be provisioned: a whole desk node behind its serial port."""

import tempfile
from pathlib import Path
from statistics import median

from proofs.provision.cuts import Place, seconds

AIM_S = 3.0
_RUNS = 3


def measure() -> dict:
    """Seconds, of a few fresh boards and their median: from the port's opening until all of it was
    read back from the restarted node.
    """
    with tempfile.TemporaryDirectory(prefix="provision-") as name:
        runs = [seconds(Place(Path(name) / str(number))) for number in range(_RUNS)]
    return {"runs_s": runs, "median_s": median(runs), "aim_s": AIM_S}
