"""What the console tells of a fault besides its name, for whoever looks for its cause."""

import io
import sys

from tomoshibi.core.ends import JobStalled
from tomoshibi.core.errors import NodeFault
from tomoshibi.core.lines import LINES

# How a line of a traceback begins that names a file, and the files of the image that are not the
# board's own.
_FILE = '  File "'
_NOT_OWN = ("tomoshibi/", "asyncio/")


def details(fault: Exception) -> dict:
    """Fields for the line of a fault.

    late_ms   of a job that hangs: how far it is past its deadline, ms
    at        of a bug: "app.py:12", the last line of a file of the board's own that it went
              through, or of the firmware if it went through none
    """
    if isinstance(fault, JobStalled):
        return {"late_ms": fault.args[1]}
    bug = fault.args[0] if isinstance(fault, NodeFault) and fault.args else fault
    place = _place(bug) if isinstance(bug, BaseException) else ""
    return {"at": place} if place else {}


def _place(bug: BaseException) -> str:
    told = io.StringIO()
    sys.print_exception(bug, told)  # pyright: ignore[reportArgumentType] any, not only Exception
    lines = told.getvalue().split("\n")  # pyright: ignore[reportAttributeAccessIssue]
    last = own = ""
    for line in lines:
        if not line.startswith(_FILE):
            continue
        path, _, rest = line[len(_FILE) :].partition('", line ')
        last = _as_written(path, int(rest.split(",")[0]))
        if not path.startswith(_NOT_OWN):
            # The desk has the whole path.
            own = last.split("/")[-1]
    return own or last


def _as_written(path: str, line: int) -> str:
    """ "file:line", of the file that a line of an image comes from."""
    first = 1
    source = path
    for frozen, start, written in LINES:
        if frozen == path and start <= line:
            source, first = written, start
    return "%s:%d" % (source, line - first + 1)
