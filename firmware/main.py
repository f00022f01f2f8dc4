"""Entry of every node: build it from its board, run it for ever."""

import sys
from micropython import kbd_intr


def run() -> None:
    """Assemble and supervise. A node that cannot be built says why and resets."""
    # Not a byte on the console may stop the control path: Ctrl-C would.
    kbd_intr(-1)
    try:
        # Imported here: on the device this file is compiled before anything else, and the heap
        # is emptiest if the rest follows in one go.
        import asyncio

        from node.assemble import build

        node, jobs = build()
        asyncio.run(node.run(jobs))
    except Exception as error:
        sys.print_exception(error)
    from node.restart import restart

    restart()


if __name__ == "__main__":
    run()
