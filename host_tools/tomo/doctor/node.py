"""What a node tells of itself, and what to do about it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tomo.client.decode import decode
from tomo.client.echonet import Controller
from tomo.doctor.ports import in_use, no_right
from tomo.doctor.records import FAIL, OK, WARN, Finding
from tomo.errors import HostError, MachineRefused, NodeSilent, NodeWrong, UsageError
from tomo.flashing.loader import chip_in_loader
from tomo.tables.kinds import NotThat, ipv4
from tomo.transport.console import NodeConsole, is_port, open_console
from tomoshibi.wire.echonet import NODE_PROFILE

_LOW = 8_192  # bytes: what a large answer of the console takes, and some room
_FAULT, _FAULT_KIND = 0x88, 0x89
_ANSWER_S = 3.0
_SAVE = "Save the console's lines and `tomo registers events {node}`, and open an issue."
_METER = "Check the chip's supply and bus; if it does not stop, exchange the board."

# Field of `status`, when it is worth a word, how bad that is, what to do. {node}: as it was named.
_ROWS: tuple[tuple[str, Callable[[Any], bool], str, str], ...] = (
    ("storage", lambda told: told == "damaged", FAIL, "tomo registers verify {node}"),
    ("vfs", lambda told: told != "mounted", WARN, "Nothing needs it; see docs/maintenance.md."),
    ("flash_faults", bool, FAIL, "tomo registers dump {node} --json   then exchange the node"),
    ("load_faults", bool, FAIL, "A welded relay is live. docs/troubleshooting.md has each cause."),
    ("refused_settings", bool, WARN, "tomo settings show {node}   then: settings set {node} KEY"),
    ("sense", bool, WARN, "Repair that sense of the grid; docs/troubleshooting.md."),
    ("faults", bool, WARN, "tomo registers events {node}"),
    ("restarts", bool, WARN, _SAVE),
    ("broken_cycles", bool, WARN, _SAVE),
    ("missed_samples", bool, WARN, _METER),
    ("missed_sky", bool, WARN, "Check the photocell's cable."),
    ("heap_lowest", lambda told: told < _LOW, WARN, _SAVE),
)
# What is heard of who is no running node. Source: ESP32 boot ROM and MicroPython, their own words.
_HEARD = (
    (r"waiting for download", "its chip waits in its loader", "Press the board's reset button."),
    (
        r"invalid header|No bootable app|nothing to start",
        "its chip finds no program to start",
        "tomo flash --board BOARD {node}",
    ),
    (
        r">>>|MicroPython v|raw REPL",
        "a REPL answers: the node is in maintenance, or runs no firmware of ours",
        "Reset it; if it stays: tomo flash --board BOARD {node}",
    ),
)


def need_target(text: str) -> None:
    """Raise UsageError for what is no port, folder or address."""
    if is_port(text) or Path(text).is_dir() or _is_address(text):
        return
    raise UsageError(
        f"{text!r} is no serial port, no desk node's folder and no address",
        "Write /dev/ttyUSB0, socket://host:port, build/desk/NAME or 192.168.1.20.",
    )


def node(where: str) -> Iterator[Finding]:
    """A node that somebody named; what it is asked is answered on its console, or by ECHONET."""
    if _is_address(where):
        yield from _on_the_network(where)
        return
    refused = no_right(Path(where)) if is_port(where) else None
    if refused:
        yield refused
        return
    try:
        with open_console(where, _ANSWER_S) as console:
            told = console.ask("status", "status")
            yield Finding(where, OK, f"{told.get('board')}, {told.get('t')} s since its start")
            yield from judged(where, told)
            yield from _unfinished(where, console)
    except MachineRefused as error:
        by = in_use(Path(where))
        if by:
            yield Finding(where, FAIL, f"{by} has it open", "Close that program.")
        else:
            yield Finding(where, FAIL, str(error), error.hint)
    except NodeWrong as error:
        yield _heard(where, error)
    except NodeSilent as error:
        yield _silent(where, error)
    except HostError as error:  # it refuses to tell
        yield Finding(where, FAIL, str(error), error.hint)


def judged(where: str, told: dict[str, Any]) -> Iterator[Finding]:
    """Of an answer to `status`: what is not as it should be. Fields it lacks are no trouble."""
    for field, odd, state, remedy in _ROWS:
        if field in told and odd(told[field]):
            found = f"{field} {_words(told[field])}"
            yield Finding(where, state, found, remedy.format(node=where))


def _unfinished(where: str, console: NodeConsole) -> Iterator[Finding]:
    """What a new node still lacks."""
    identity = console.ask("identity", "identity").get("state")
    if identity == "blank":
        found = "identity blank: it was never given one"
        yield Finding(where, WARN, found, "Nothing, if it is not for the field yet.")
    elif identity != "whole":
        yield Finding(where, FAIL, f"identity {identity}", "Exchange the node; docs/security.md.")
    settings = console.ask("settings", "settings").get("document") or {}
    if not settings.get("wifi_ssid"):
        remedy = f"tomo settings set {where} wifi_ssid NAME   and wifi_password; then restart it"
        yield Finding(where, WARN, "no network name: it is in no network", remedy)
    points = console.ask("points node", "points").get("node", {}).get("1", {})
    if points.get("date") is None:
        remedy = "time YYYY-MM-DDThh:mm:ss   (UTC) on its console"
        yield Finding(where, WARN, "its clock is not set", remedy)


def _on_the_network(ip: str) -> Iterator[Finding]:
    try:
        with Controller(timeout_s=_ANSWER_S / 2) as controller:
            objects = controller.objects(ip)
            yield Finding(ip, OK, f"answers with {len(objects)} objects")
            for eoj in (NODE_PROFILE, *objects):
                yield from _fault(controller, ip, eoj)
    except HostError as error:
        remedy = error.hint or "Check power and network; its console tells more: tomo doctor PORT"
        yield Finding(ip, FAIL, str(error), remedy)


def _fault(controller: Controller, ip: str, eoj: int) -> Iterator[Finding]:
    values = controller.get(ip, eoj, [_FAULT, _FAULT_KIND])
    if values[_FAULT] == b"\x41":
        kind = decode(eoj, _FAULT_KIND, values[_FAULT_KIND], {}).value
        remedy = "Name its port for more; docs/troubleshooting.md has each cause."
        yield Finding(ip, FAIL, f"{eoj:06X} reports a fault: {kind}", remedy)


def _heard(where: str, error: HostError) -> Finding:
    for words, found, remedy in _HEARD:
        if re.search(words, str(error)):
            return Finding(where, FAIL, found, remedy.format(node=where))
    return Finding(where, FAIL, str(error), error.hint)


def _silent(where: str, error: HostError) -> Finding:
    chip = chip_in_loader(where) if is_port(where) else ""
    if chip:
        remedy = f"Press the board's reset button, or: tomo flash --board BOARD {where}"
        return Finding(where, FAIL, f"an {chip} waits in its loader", remedy)
    return Finding(where, FAIL, str(error), error.hint)


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(f"{one['number']}: {one['cause']}" for one in value)
    return str(value)


def _is_address(text: str) -> bool:
    try:
        return bool(ipv4(text))
    except NotThat:
        return False
