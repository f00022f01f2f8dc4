"""As heap_of_node, with the firmware loaded as .mpy from a littlefs image."""

import littlefs

littlefs.mount()

import heap_of_node  # noqa: E402, F401 - it is a program
