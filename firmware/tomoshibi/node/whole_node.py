"""A whole node: its control path under a timer, its jobs under the supervisor."""

from typing import TYPE_CHECKING

from tomoshibi.core.errors import NodeFault
from tomoshibi.core.modules import let_go
from tomoshibi.node.console_job import CommandJob, EventJob
from tomoshibi.node.supervisor import supervise
from tomoshibi.wire.release import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from machine import WDT

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.events import EventRing
    from tomoshibi.core.lamp import Lamp
    from tomoshibi.core.refusals import SettingRefused
    from tomoshibi.core.uptime import Uptime
    from tomoshibi.node.control import Control
    from tomoshibi.node.job import Job
    from tomoshibi.node.storage import Storage
    from tomoshibi.reporting.source import NodeSource
    from tomoshibi.settings.store import Settings


class Node:
    """What `assemble` built.

    start_control   puts the control path under the hardware timer; returns the watchdog, armed
    stop_control    takes it away again: the outputs stay as they are from then on
    """

    def __init__(
        self,
        board_name: str,
        name: str,
        refused: list[SettingRefused],
        uptime: Uptime,
        events: EventRing,
        control: Control,
        storage: Storage,
        channels: Sequence[Branch | Lamp],
        start_control: Callable[[], WDT],
        stop_control: Callable[[], None],
        source: NodeSource,
    ) -> None:
        self._board_name = board_name
        self._name = name
        self._faults = 0
        self._jobs: Sequence[Job] = ()
        self._refused = refused
        self._refused_count = len(refused)
        self._uptime = uptime
        self._control = control
        self._start_control = start_control
        self._stop_control = stop_control
        self._storage = storage
        self._source = source
        self._console = EventJob(events, uptime, channels)

    def ready(self, ip: str) -> None:
        """Tell the console that the network serves."""
        self._console.say({"event": "ready", "ip": ip})

    async def run(self, jobs: Sequence[Job]) -> None:
        """Run for ever. The control path starts first and needs none of the rest."""
        watchdog = self._start_control()
        del self._start_control
        self._greet()
        let_go(
            "node.assemble", "node.foundation", "node.build_circuits", "node.build_loads",
            "node.build_lamp", "node.boot_cause", "node.boot_plan", "node.files", "node.find_app",
            "node.meters", "node.outputs", "node.parts", "node.start_up", "meter.calibration",
            "registers.history_start", "registers.journal_start", "registers.log_start",
            "registers.ring_start", "reporting.build", "wire.event_chain", "wire.register_reader",
        )  # fmt: skip
        if not self._storage.log.key:
            let_go("wire.event_key")
        self._jobs = (self._console, CommandJob(self._answer)) + tuple(jobs)
        await supervise(self._jobs, self._control, watchdog, self._on_fault)

    def _greet(self) -> None:
        say = self._console.say
        say({"event": "boot", "board": self._board_name, "name": self._name})
        if self._storage.identity.blank:
            say({"event": "identity", "state": "blank"})
        for refused in self._refused:
            key, value, allowed = refused.args
            say({"event": "setting refused", "key": key, "value": value, "allowed": allowed})
        self._refused = []
        self._storage.close_documents()

    def _answer(self, line: str | None) -> None:
        """Have a line of the console answered, by code that is there for as long as that takes."""
        from tomoshibi.node.commands import Commands

        storage, console = self._storage, self._console
        control = self._control
        own = tuple(output.commands(storage) for output in control.outputs)
        commands = Commands(
            console.say, self._status, self._apply, storage, own, self._stop_control, self._source,
            control,
        )  # fmt: skip
        commands.answer(line)
        storage.close_documents()
        let_go(
            "node.commands",
            "node.load_commands",
            "node.lamp_commands",
        )

    def _apply(self, key: str, settings: Settings) -> None:
        """Live by settings of which `key` was changed, as far as they apply while the node runs."""
        from tomoshibi.node.apply_settings import apply

        self._name = settings["name"]
        apply(key, settings, self._control, self._jobs)
        let_go("node.apply_settings")

    def _on_fault(self, job: str, fault: Exception) -> None:
        self._faults += 1
        code = fault.code if isinstance(fault, NodeFault) else 0
        fields = {"event": "fault", "job": job, "code": code, "fault": repr(fault)}
        try:
            from tomoshibi.node.fault_details import details

            fields.update(details(fault))
            let_go("node.fault_details", "core.lines")
        except MemoryError:
            pass  # that it is told at all matters more
        self._console.say(fields)

    def _status(self) -> dict:
        from tomoshibi.wire.events import CAUSES, GRID_STATES, QUALITIES, word

        control, calendar = self._control, self._source.calendar
        calendar.update()
        status = {
            "event": "status",
            "board": self._board_name,
            "firmware": VERSION,
            "name": self._name,
            "grid": word(GRID_STATES, control.grid.state),
            "waits_for": word(CAUSES, control.wait_cause()),
            "sense": word(CAUSES, control.sense_cause),
            "calibrated": control.calibrated,
            "clock": word(QUALITIES, calendar.quality),
            "power_w": control.power_w(),
            "budget_w": control.budget_w(),
            "cycles": control.cycles,
            "broken_cycles": control.broken,
            "longest_cycle_ms": control.longest_ms,
            "watchdog_feeds": control.feeds,
            "heap_lowest": control.heap_lowest,
            "faults": self._faults,
            "restarts": sum(job.restarts for job in self._jobs),
            "refused_settings": self._refused_count,
            "boots": self._storage.boot,
            "vfs": self._storage.files,
            "storage": "damaged" if self._storage.faulty() else "whole",
            "flash_faults": self._storage.flash_faults(),
            "flash_in_hand": self._storage.journal.ring.ahead,
            "flash_waits": [
                name
                for name, ring in zip(("registers", "history", "events"), self._storage.rings)
                if ring.waiting
            ],
            "events": self._storage.log.sequence,
            "load_faults": [
                {"number": number, "cause": word(CAUSES, cause)}
                for number, cause in control.faults()
            ],
        }
        let_go("wire.events")
        for job in self._jobs:
            for name, count in job.counts().items():  # of several buses: their sum
                status[name] = status.get(name, 0) + count
        from tomoshibi.node import heap

        status.update(heap.left())
        # Of those moments this is one.
        status["heap_lowest"] = min(status["heap_lowest"], status["heap_free"])
        let_go("node.heap")
        return status
