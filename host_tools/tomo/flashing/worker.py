"""Flashes one board in a process of its own: a Job as JSON on standard input, lines of JSON back.

esptool is a library of one chip at a time that prints, and holds its port until it has answered:
in a process it can be ended at any moment, and what it prints reaches nobody.
"""

import json
import sys
from pathlib import Path

from esptool.logger import TemplateLogger, log

from tomo.errors import HostError
from tomo.flashing.board import flash_board
from tomo.flashing.plan import read_again
from tomo.flashing.records import Job, Result


class _Quiet(TemplateLogger):
    """What esptool prints is for people who watch one board."""

    def print(self, *args: object, **kwargs: object) -> None: ...
    def note(self, message: str) -> None: ...
    def warning(self, message: str) -> None: ...
    def error(self, message: str) -> None: ...
    def stage(self, finish: bool = False) -> None: ...
    def progress_bar(self, *args: object, **kwargs: object) -> None: ...
    def set_verbosity(self, verbosity: str) -> None: ...


def main() -> None:
    job = Job(**json.load(sys.stdin))
    answers, sys.stdout = sys.stdout, sys.stderr
    log.set_logger(_Quiet())  # pyright: ignore[reportAttributeAccessIssue]

    def tell(event: str, **fields: object) -> None:
        print(json.dumps({"event": event, **fields}), file=answers, flush=True)

    tell("result", **_result(job, tell).fields())


def _result(job: Job, tell) -> Result:
    try:
        plan = read_again(Path(job.image), job.board, job.sha256)
    except HostError as error:
        result = Result(job.port)
        result.fail(error)
        return result
    return flash_board(job, plan, tell)


if __name__ == "__main__":
    main()
