"""Entry of every node: build it from its board, run it for ever."""


def run() -> None:
    """Assemble and supervise; returns only if the supervisor itself fails."""
    import asyncio

    from node.assemble import build

    # Imported here and not above: on the device this file is compiled before anything else, and
    # the heap is emptiest if the rest follows in one go.
    node, jobs = build()
    asyncio.run(node.run(jobs))


if __name__ == "__main__":
    run()
