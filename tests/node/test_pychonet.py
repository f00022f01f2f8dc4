"""pychonet, the controller of Home Assistant, against whole desk nodes.

pychonet listens on one socket. On the loopback that cannot be 0.0.0.0, as every desk node holds
port 3610 on an address of its own, so two of its servers feed one client: one on our address for
answers, one on the multicast group for announcements. All code that reads a frame is pychonet's.
"""

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.node.desk_nodes import running, seats, wait_event

pytest.importorskip("pychonet")
pytestmark = pytest.mark.usefixtures("desk32")

from pychonet.echonetapiclient import ECHONETAPIClient  # noqa: E402
from pychonet.lib.const import ENL_MULTICAST_ADDRESS, GET  # noqa: E402
from pychonet.lib.udpserver import UDPServer  # noqa: E402

ANNOUNCED, SETTABLE, READABLE = 0x9D, 0x9E, 0x9F
OBJECTS = {
    "submeter6": [(0x02, 0x8D, n) for n in range(1, 7)] + [(0x02, 0x87, 1)],
    "streetlight": [(0x02, 0x91, 1), (0x00, 0x0D, 1)],
}


@contextlib.asynccontextmanager
async def controller(ip: str):
    """pychonet's client on `ip` and on the group."""
    loop = asyncio.get_running_loop()
    answers, group = UDPServer(local_ip=ip), UDPServer(local_ip=ip)
    answers.run(ip, 3610, loop)
    group.run(ENL_MULTICAST_ADDRESS, 3610, loop)
    client = ECHONETAPIClient(answers)
    group.subscribe(client.echonetMessageReceived)
    client.configure(message_timeout=20, logger=lambda *_: None)
    try:
        yield client
    finally:
        answers.close()
        group.close()


async def discover(client: ECHONETAPIClient, ip: str) -> dict:
    """As Home Assistant does it: by multicast who is there, then who it is."""
    found = asyncio.Event()

    async def on_unknown(host):
        if host == ip:
            found.set()

    client.configure(discover_callback=on_unknown)
    await client.discover()
    await asyncio.wait_for(found.wait(), 5)
    await client.discover(ip)
    state = client.state[ip]
    assert state["discovered"]
    return state


def objects_of(state: dict) -> list[tuple[int, int, int]]:
    return sorted(
        (group, class_code, instance)
        for group, classes in state["instances"].items()
        for class_code, instances in classes.items()
        for instance in instances
    )


async def read_everything(client: ECHONETAPIClient, ip: str, eoj: tuple[int, int, int]) -> dict:
    """Maps, then every readable property in one frame, as controllers do."""
    assert await client.getAllPropertyMaps(ip, *eoj)
    known = client.state[ip]["instances"][eoj[0]][eoj[1]][eoj[2]]
    assert set(known[ANNOUNCED]) == {0x80, 0x81, 0x88}
    assert {ANNOUNCED, SETTABLE, READABLE} <= set(known[READABLE])
    wanted = [epc for epc in known[READABLE] if epc not in (ANNOUNCED, SETTABLE, READABLE)]
    assert await client.echonetMessage(ip, *eoj, GET, [{"EPC": epc} for epc in wanted])
    assert [epc for epc in wanted if epc not in known] == []
    return known


@pytest.mark.parametrize("board", sorted(OBJECTS))
def test_pychonet_discovers_and_reads_everything(board: str, tmp_path: Path):
    ours, theirs = seats(2)

    async def run():
        async with controller(ours) as client:
            state = await discover(client, theirs)
            assert objects_of(state) == sorted(OBJECTS[board])
            assert state["product_code"].startswith(board)
            for eoj in OBJECTS[board]:
                known = await read_everything(client, theirs, eoj)
                assert known[0x80] in (b"\x30", b"\x31")

    with running(board, theirs, tmp_path):
        asyncio.run(run())


def test_pychonet_hears_that_a_load_is_shed(tmp_path: Path):
    """Six loads of 400 W, islanded at 1 350 W: no more than three may stay (invariant of the plan).
    The last of them, of the lowest tier, goes, and its object says so unasked."""
    ours, theirs = seats(2)
    last = (0x02, 0x8D, 6)
    heard: list[tuple[bool, bytes]] = []

    async def run(node):
        async with controller(ours) as client:
            await discover(client, theirs)
            await read_everything(client, theirs, last)
            known = client.state[theirs]["instances"][0x02][0x8D][6]

            async def on_update(is_push):
                heard.append((is_push, known[0x80]))

            # pychonet's own annotation forgets the argument it passes.
            client.register_async_update_callbacks(theirs, *last, on_update)  # pyright: ignore
            closed = asyncio.to_thread(wait_event, node, is_load(6, "on"), 60)
            await closed
            await until(lambda: (True, b"\x30") in heard)
            node.send({"set": {"grid_mv": 0, "grid_mhz": 0, "islanded": 1}})
            await asyncio.to_thread(wait_event, node, is_load(6, "off"), 10)
            await until(lambda: heard[-1:] == [(True, b"\x31")])

    with running("submeter6", theirs, tmp_path) as node:
        node.send({"set": {f"p{n}_mw": 400_000 for n in range(1, 7)}})
        node.send({"set": {f"i{n}_ma": 3_960 for n in range(1, 7)}})
        asyncio.run(run(node))


def is_load(number: int, to: str):
    return lambda event: (
        event["event"] == "load" and event["number"] == number and event["to"] == to
    )


async def until(condition, timeout_s: float = 3.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.05)
