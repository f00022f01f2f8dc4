"""`tomo node`: find nodes, read them, watch them, over ECHONET Lite; ask them on their console."""

import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tomo.cli import node_console
from tomo.client import survey
from tomo.client.decode import Value
from tomo.client.echonet import Controller, parse_eoj
from tomo.client.survey import AnswersAgain
from tomo.errors import HostError, NodeSilent, NodeWrong, UsageError
from tomo.jobs.addresses import given_address
from tomo.render import node as render
from tomo.tables.kinds import NotThat, ipv4
from tomo.transport.console import is_port
from tomo.transport.signals import Stopped, stoppable
from tomoshibi.wire.echonet import NODE_PROFILE

app = typer.Typer(
    help="Find, read and watch nodes over ECHONET Lite; ask them on their console.",
    no_args_is_help=True,
)

Node = Annotated[
    str,
    typer.Argument(metavar="NODE", help="Address or host name; or what its console is behind."),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="ADDR",
        callback=lambda text: None if text is None else given_address("--from", text),
        help="Our own address to ask from (127.0.0.1: desk).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Raw = Annotated[
    bool, typer.Option("--raw", help="Show the bytes too, and every frame on standard error.")
]
Wait = Annotated[
    float, typer.Option("--wait", min=0.1, metavar="S", help="How long to wait for nodes, s.")
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, metavar="S", help="How long one answer may take, s.")
]

_ROUND_THE_CLOCK = 10 * 365 * 86_400.0


@app.command()
def ls(
    as_json: AsJson = False,
    local: From = None,
    wait_s: Wait = 3.0,
    timeout_s: Timeout = 3.0,
) -> None:
    """List the nodes that answer, and what they are.

    Ends with status 3 if there is none, and with 3 or 4 if one was found and then went silent
    or told nonsense; the others are listed all the same.
    """
    with Controller(local, timeout_s) as controller:
        found = controller.discover(wait_s)
        if not found:
            raise NodeSilent(
                f"no node answered within {wait_s:g} s",
                "Check the network, or name the address to ask from: --from.",
            )
        nodes, troubles = [], []
        for ip in sorted(found, key=socket.inet_aton):
            try:
                nodes.append(survey.about(controller, ip, found[ip]))
            except HostError as trouble:
                troubles.append(trouble)
                continue
            if as_json:
                typer.echo(render.json_line(nodes[-1]))
    if nodes and not as_json:
        Console().print(render.nodes_table(nodes))
    for trouble in troubles[1:]:
        typer.echo(f"error: {trouble}", err=True)
    if troubles:
        raise troubles[0]


@app.command()
def read(
    address: Node,
    objects: Annotated[
        list[str] | None,
        typer.Option("--object", metavar="EOJ", help="Only this object, e.g. 028D01; repeatable."),
    ] = None,
    as_json: AsJson = False,
    raw: Raw = False,
    local: From = None,
    timeout_s: Timeout = 3.0,
) -> None:
    """Read every property of a node, or of some of its objects.

    A serial port, a pyserial URL or a desk node's folder in place of the address: every point by
    name in its own resolution, as the console has it.

    Ends with status 3 if the node stays silent and 4 if a value makes no sense, or if it has no
    such object.
    """
    wanted = [parse_eoj(each) for each in objects or []]
    if is_port(address) or (address and Path(address).is_dir()):
        if wanted or raw:
            raise UsageError("objects and bytes are ECHONET Lite's: read an address for them")
        node_console.points(address, as_json)
        return
    ip = _resolved(address)
    nonsense: list[Value] = []
    with Controller(local, timeout_s, _print_frame if raw else None) as controller:
        survey.need_objects(controller, ip, wanted)
        for eoj in wanted or [NODE_PROFILE, *controller.objects(ip)]:
            values = survey.read_object(controller, ip, eoj)
            nonsense += [value for value in values if value.problem]
            if as_json:
                for value in values:
                    typer.echo(render.json_line(render.value_fields(ip, value, raw)))
            else:
                Console().print(render.object_table(ip, eoj, values, raw))
    if nonsense:
        which = ", ".join(f"{value.eoj:06X}/{value.epc:02X}" for value in nonsense)
        raise NodeWrong(f"{ip}: listed as readable, but refused or senseless: {which}")


@app.command()
def watch(
    addresses: Annotated[
        list[str] | None, typer.Argument(help="Nodes to watch; all that answer by default.")
    ] = None,
    as_json: AsJson = False,
    local: From = None,
    wait_s: Wait = 3.0,
    every_s: Annotated[
        float, typer.Option("--every", min=0.2, metavar="S", help="Seconds between questions.")
    ] = 5.0,
    for_s: Annotated[
        float | None, typer.Option("--for", min=0.1, metavar="S", help="Stop after this many s.")
    ] = None,
    timeout_s: Timeout = 3.0,
) -> None:
    """Print what changes, announced or asked for, until Ctrl-C."""
    asked = [_resolved(each) for each in addresses or []]
    try:
        with stoppable(), Controller(local, timeout_s) as controller:
            if asked:
                nodes = {ip: controller.objects(ip) for ip in asked}
            else:
                nodes = controller.discover(wait_s)
            if not nodes:
                raise NodeSilent(f"no node answered within {wait_s:g} s")
            until_s = time.monotonic() + (_ROUND_THE_CLOCK if for_s is None else for_s)
            for ip, news, how in survey.Watch(controller, nodes, every_s).changes(until_s):
                _print_news(ip, news, how, as_json)
    except Stopped:
        return  # how a watch ends


app.command()(node_console.status)
app.command()(node_console.why)
app.command(name="set-time")(node_console.set_time)


def _print_news(ip: str, news: Value | HostError | AnswersAgain, how: str, as_json: bool) -> None:
    now = datetime.now().astimezone()
    if isinstance(news, HostError):
        typer.echo(f"{now:%H:%M:%S}  {news}", err=True)
    elif isinstance(news, AnswersAgain):
        typer.echo(f"{now:%H:%M:%S}  {ip} answers again", err=True)
    elif as_json:
        fields = {"time": now.isoformat(timespec="milliseconds"), "how": how}
        typer.echo(render.json_line(fields | render.value_fields(ip, news)))
    else:
        typer.echo(render.change_line(f"{now:%H:%M:%S}", ip, news, how))
    sys.stdout.flush()


def _print_frame(ip: str, data: bytes, ours: bool) -> None:
    arrow = "->" if ours else "<-"
    typer.echo(f"{arrow} {ip}  {data.hex(' ').upper()}", err=True)


def _resolved(address: str) -> str:
    """The IPv4 address of a name or an address. What looks like a number is not looked up."""
    try:
        numeric = not address.strip("0123456789.")
        return ipv4(address if numeric else socket.gethostbyname(address))
    except (OSError, UnicodeError, NotThat):
        raise UsageError(
            f"{address!r} is no address and no host known here", "Write it as 192.168.1.20."
        ) from None
