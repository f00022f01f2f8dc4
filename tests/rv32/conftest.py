"""What is here needs the RV32 build and its emulator: `make test-rv32` alone collects it."""

import os

collect_ignore_glob = [] if os.environ.get("TOMO_MACHINE") == "rv32" else ["test_*.py"]
