"""Whether a node's heap holds under load from the network, at the size that a chip leaves it."""

from benchmarks.memory import BOARDS, COUNTED_HEAP
from benchmarks.on_desk import node, run

# An ESP32 starts with 56 KiB and may double once, which leaves Wi-Fi little: so much is a node's.
NODE_HEAP_BYTES = 80 * 1024
# Four times what one datagram is received into: the largest frame and one byte.
AIM_LARGEST_FREE_BYTES = 4 * 1_473
_DAY_MINUTES = 24 * 60


def measure() -> dict:
    """A virtual day of each board, a datagram every ten seconds. The tests have five a second."""
    return {board: under_load(board, _DAY_MINUTES, mean_ms=10_000) for board in BOARDS}


def under_load(board: str, minutes: int, mean_ms: int, ip: str = "127.0.253.11") -> dict:
    """What `load_of_node.py` has seen, with the aim beside it."""
    taken = node(board, "heap_of_node.py", heap=COUNTED_HEAP, DESK_IP=ip)["heap"]
    stand_ins = taken["desk"] + taken["stand_ins"] - run("heap_of_asyncio.py")["asyncio_bytes"]
    seen = node(
        board,
        "load_of_node.py",
        heap=str(NODE_HEAP_BYTES + stand_ins),
        BENCH_MINUTES=str(minutes),
        BENCH_MEAN_MS=str(mean_ms),
        DESK_IP=ip,
    )
    return seen | {"aim_largest_free_bytes": AIM_LARGEST_FREE_BYTES}
