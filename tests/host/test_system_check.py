"""system.sh, on machines made of fake programs: all that is wrong is told at once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bootstrap" / "system.sh"
# What Debian calls essential, or coreutils.
BARE = ("sh", "env", "grep", "dirname", "mktemp", "rm", "cat", "tail", "ls")
PACKAGES = "python3 python3-venv gcc libc6-dev gcc-multilib make xz-utils nodejs npm"


class Machine:
    """A PATH: 64-bit, root, 9000 MB free, and no program that is not given to it."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.calls = folder / "calls"
        self.calls.touch()
        self.cache = folder / "cache"
        for name in BARE:
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)
        self.has("id", "echo 0")
        self.has("uname", "echo x86_64")
        self.has("df", "echo Avail; echo 9000")

    def has(self, name: str, body: str = "exit 0") -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def has_all(self, but: str = "") -> None:
        """Every program that set-up needs. What the compiler makes runs."""
        for name in ("python3", "make", "xz", "npm", "compiled"):
            self.has(name)
        self.has("gcc", f'for to; do :; done; cat >/dev/null; ln -sf {self.bin}/compiled "$to"')
        (self.bin / "ln").symlink_to("/bin/ln")
        if but:
            (self.bin / but).unlink()

    def has_apt(self, body: str = "") -> None:
        self.has("apt-get", f'echo "apt-get $*" >>{self.calls}\n{body}')
        self.has("dpkg", f'echo "dpkg $*" >>{self.calls}; : >{self.bin}/../configured')

    def check(self, cache: Path | None = None, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", SCRIPT, cache or self.cache, *more],
            env={"PATH": str(self.bin), "TMPDIR": str(self.bin.parent)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def called(self) -> list[str]:
        return self.calls.read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_a_ready_machine_is_left_alone_in_silence(machine):
    machine.has_all()
    machine.has_apt()
    done = machine.check()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.called() == []
    assert sorted(path.name for path in machine.bin.parent.iterdir()) == ["bin", "calls"]


def test_packages_for_run_test_and_lint_are_told_in_one_command(machine):
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    machine.has_apt()
    done = machine.check()
    assert done.returncode == 1
    command = f"sudo apt-get update; sudo apt-get install --no-install-recommends {PACKAGES}\n"
    assert done.stderr.endswith(f"type:\n    {command}")
    assert machine.called() == []


def test_the_compiler_for_rv32_is_missed_only_where_it_is_asked_for(machine):
    machine.has_all()
    machine.has_apt()
    assert machine.check().returncode == 0
    assert machine.called() == []
    assert machine.check(machine.cache, "rv32").returncode == 0
    (call,) = machine.called()
    names = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-"
    assert f"--no-install-recommends {names}" in call


def test_a_machine_with_compiler_library_and_emulator_for_rv32_is_left_alone(machine):
    machine.has_all()
    machine.has_apt()
    machine.has("qemu-system-riscv32")
    machine.has("riscv64-unknown-elf-gcc", f"echo {machine.calls}")
    assert machine.check(machine.cache, "rv32").returncode == 0
    assert machine.called() == []


def test_sudo_is_not_named_where_there_is_none(machine):
    machine.has("id", "echo 1000")
    machine.has_apt()
    done = machine.check()
    assert done.returncode == 1
    assert "let root type:\n    apt-get update; apt-get install" in done.stderr
    assert "sudo" not in done.stderr


def test_without_apt_the_missing_packages_are_named(machine):
    done = machine.check()
    assert done.returncode == 1
    assert f"missing here, under Debian's names: {PACKAGES}\n" in done.stderr


def test_root_installs_what_is_missing_and_nothing_else(machine):
    machine.has_all(but="npm")
    machine.has_apt()
    assert machine.check().returncode == 0
    (call,) = machine.called()
    assert call.endswith("install -y -q --no-install-recommends nodejs npm")


def test_sudo_that_asks_no_password_installs(machine):
    machine.has_all(but="xz")
    machine.has("id", "echo 1000")
    machine.has("sudo", 'shift; "$@"')
    machine.has_apt()
    assert machine.check().returncode == 0
    assert machine.called()[0].endswith("xz-utils")


def test_an_install_broken_off_half_way_is_finished_first(machine):
    machine.has_all(but="make")
    words = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct"
    configured = machine.bin.parent / "configured"
    machine.has_apt(f'[ -e {configured} ] || {{ echo "{words}"; exit 100; }}')
    done = machine.check()
    assert done.returncode == 0, done.stderr
    assert "dpkg --configure -a" in machine.called()


def test_package_lists_that_are_not_there_are_fetched(machine):
    machine.has_all(but="npm")
    lists = machine.bin.parent / "lists"
    machine.has_apt(f'case "$*" in update*) : >{lists} ;; esac; [ -e {lists} ]')
    done = machine.check()
    assert done.returncode == 0, done.stderr
    assert "dpkg --configure -a" not in machine.called()


def test_an_install_that_fails_tells_apts_error_and_keeps_its_log(machine):
    machine.has_apt("echo 'E: no such package'; exit 100")
    done = machine.check()
    assert done.returncode == 1
    assert "E: no such package (all of it: " in done.stderr
    log = Path(done.stderr.partition("all of it: ")[2].rstrip(")\n"))
    assert "E: no such package" in log.read_text()


def test_all_troubles_are_told_at_once_and_nothing_is_installed(machine):
    machine.has("uname", "echo aarch64")
    machine.has("df", "echo Avail; echo 120")
    machine.has("python3", '[ "$1" = -V ] && echo Python 3.9.2; exit 1')
    machine.has_apt()
    done = machine.check(machine.bin.parent / "a:b")
    assert done.returncode == 1
    for words in (
        "this machine is aarch64",
        "there is a ':' in",
        "120 MB are free",
        "python3 is Python 3.9.2; needed is 3.11 or newer",
        "apt-get install --no-install-recommends gcc",
    ):
        assert words in done.stderr
    assert "sudo" not in done.stderr  # it is root
    assert machine.called() == []


def test_a_cache_with_the_host_tools_in_it_needs_less_room(machine):
    machine.has_all()
    machine.has("df", "echo Avail; echo 300")
    assert "700 MB are needed" in machine.check().stderr
    done = machine.cache / "venv-0" / "complete"
    done.parent.mkdir(parents=True)
    done.touch()
    assert machine.check().returncode == 0
    machine.has("df", "echo Avail; echo 150")
    assert "200 MB are needed" in machine.check().stderr


def test_the_room_is_looked_for_where_the_cache_will_be(machine):
    machine.has_all()
    machine.has("df", 'for folder; do :; done; echo Avail; [ "$folder" = "$TMPDIR" ] && echo 9000')
    assert machine.check(machine.bin.parent / "a" / "b c").returncode == 0


def test_a_control_character_in_a_path_is_told(machine):
    machine.has_all()
    assert "a control character in" in machine.check(machine.bin.parent / "a\nb").stderr


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="tries this machine")
def test_this_machine_is_ready(tmp_path):
    """The real programs, once: a machine that runs these tests has been set up."""
    command = ["sh", SCRIPT, tmp_path / "cache"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 or " MB are free " in done.stderr
