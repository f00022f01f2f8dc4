"""Makes a bare Debian machine ready to build, run and test Tomoshibi.

    python3 -m bootstrap [desk|tools|types|rv32|all]

Standard library only, because it runs before anything is installed. Everything fetched or built is
kept under one cache folder (`places.CACHE`), named by a hash of what went into it, so that a second
run finds it, another checkout shares it, and an interrupted run continues where it stopped.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where it is told
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "system.sh")
    os.execvp("sh", ["sh", script])
