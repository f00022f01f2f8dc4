"""`python3 -m bootstrap TARGET`: the one place where a SetupError becomes a line and a status."""

import sys

from bootstrap.progress import SetupError

TARGETS = {
    "desk": "the desk builds of MicroPython, as build/desk32 and build/desk64",
    "desk32c": "desk32 with pieces of C counted, as build/desk32c",
    "tools": "the host tools in a virtual environment, as build/venv",
    "source": "the MicroPython source, as build/micropython",
    "types": "pyright and the stubs it reads, as build/types",
    "rv32": "the whole node for RV32, as build/rv32.elf, with compiler and emulator",
    "all": "desk, tools and source: what `make test` needs",
}


def prepare(target: str) -> None:
    # Imported here, so that a target that is ready pays only for what it looks at.
    if target in ("desk", "all"):
        from bootstrap import desk

        desk.prepare()
    if target == "desk32c":
        from bootstrap import desk

        desk.prepare_counted()
    if target in ("tools", "all"):
        from bootstrap import tools

        tools.prepare()
    if target in ("source", "all"):
        from bootstrap import source

        source.prepare()
    if target == "rv32":
        from bootstrap import rv32

        rv32.prepare()
    if target == "types":
        from bootstrap import types_check

        types_check.prepare()


def main(arguments: list[str]) -> int:
    targets = arguments or ["all"]
    unknown = [target for target in targets if target not in TARGETS]
    if unknown:
        print(f"set-up: no target {unknown[0]!r}. There are:", file=sys.stderr)
        for name, what in TARGETS.items():
            print(f"  {name:8}{what}", file=sys.stderr)
        return 2
    try:
        for target in targets:
            prepare(target)
    except SetupError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up interrupted: run it again and it continues", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"set-up failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
