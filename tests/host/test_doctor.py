"""tomo doctor: what stands in the way of a machine, on made-up /proc, /dev and /sys trees."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.host.virtual_chip import esp, served
from tomo.cli.app import app
from tomo.doctor import examine, machine, network, ports, tools
from tomo.doctor.node import node
from tomo.doctor.records import FAIL, OK, WARN
from tomo.errors import UsageError

GRABBED = {"ModemManager": "systemctl disable", "brltty": "apt remove brltty"}


def states(findings):
    return [finding.state for finding in findings]


def runs(root, pid, name, *opened):
    """A process in a made-up /proc."""
    folder = root / "proc" / str(pid)
    (folder / "fd").mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")
    for number, what in enumerate(opened):
        (folder / "fd" / str(number)).symlink_to(what)


@pytest.fixture
def cable(tmp_path, monkeypatch):
    """The only port there is, a CP2102 in a made-up /dev."""
    device = tmp_path / "ttyUSB0"
    device.touch()
    device.chmod(0o660)
    there = SimpleNamespace(device=str(device), vid=0x10C4, pid=0xEA60, description="CP2102")
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [there])
    driver = tmp_path / "sys/class/tty/ttyUSB0/device"
    driver.mkdir(parents=True)
    (driver / "driver").symlink_to("/sys/bus/usb-serial/drivers/cp210x")
    return device


def test_a_port_is_told_with_chip_usb_id_and_driver(cable, tmp_path):
    (found,) = ports.ports(tmp_path)
    assert (found.check, found.state) == (str(cable), OK)
    assert found.found == "CP210x, USB 10C4:EA60, driver cp210x"


def test_who_has_a_port_open_is_told(cable, tmp_path):
    runs(tmp_path, 41, "minicom", "/dev/null", cable)
    runs(tmp_path, 42, "bash", "/dev/null")
    (tmp_path / "proc" / "43").mkdir()  # ended as it was looked at
    (found,) = ports.ports(tmp_path)
    assert found.state == WARN
    assert "minicom (41) has it open" in found.found
    assert "bash" not in found.found


@pytest.mark.parametrize(
    ("group", "members", "says", "remedy"),
    [
        ("dialout", [], "it is for group dialout", "sudo usermod -aG dialout ann"),
        ("uucp", ["bob"], "it is for group uucp", "sudo usermod -aG uucp ann"),
        ("dialout", ["ann"], "ann has joined dialout since logging in", "Log out and in again"),
        ("root", [], "mode 660, group root", "udev"),
    ],
)
def test_who_may_not_open_a_port_is_told_the_way(
    cable, tmp_path, monkeypatch, group, members, says, remedy
):
    assert ports.no_right(cable) is None
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(ports, "getgrgid", lambda _: SimpleNamespace(gr_name=group, gr_mem=members))
    monkeypatch.setattr(ports, "_user", lambda: "ann")
    (found,) = ports.ports(tmp_path)
    assert found.state == FAIL
    assert says in found.found
    assert remedy in found.remedy
    assert ports.no_right(cable.with_name("ttyUSB9")) is None, "absent is not forbidden"


@pytest.mark.parametrize("name", GRABBED)
def test_programs_that_grab_ports_are_told(tmp_path, name):
    assert not list(ports.grabbers(tmp_path))
    runs(tmp_path, 7, name)
    (found,) = ports.grabbers(tmp_path)
    assert (found.state, found.check) == (WARN, name)
    assert GRABBED[name] in found.remedy


def test_a_chip_without_a_port_and_no_port_at_all_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    (nothing,) = ports.ports(tmp_path)
    assert (nothing.state, nothing.check) == (WARN, "serial ports")
    plugged = tmp_path / "sys/bus/usb/devices/1-2"
    plugged.mkdir(parents=True)
    (plugged / "idVendor").write_text("1a86\n")
    (plugged / "idProduct").write_text("7523\n")
    (found,) = ports.ports(tmp_path)
    assert (found.check, found.found) == ("USB 1-2", "CH340 is plugged in and has no port")
    (plugged / "1-2:1.0" / "ttyUSB0").mkdir(parents=True)
    assert [found.check for found in ports.ports(tmp_path)] == ["serial ports"]


def sockets(root, *rows):
    (root / "proc/net").mkdir(parents=True, exist_ok=True)
    lines = [
        f" 1: {int.from_bytes(bytes(map(int, ip.split('.'))), sys.byteorder):08X}:{port:04X}"
        f" 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 {inode} 2 0 0"
        for ip, port, inode in rows
    ]
    (root / "proc/net/udp").write_text("\n".join(["  sl  local_address", *lines, ""]))


def test_who_has_the_port_of_echonet_lite_is_told_but_no_desk_node(tmp_path):
    assert states(network.port(tmp_path)) == [OK]
    sockets(tmp_path, ("127.0.0.11", 3610, 5), ("224.0.23.0", 3610, 6), ("0.0.0.0", 53, 7))
    assert states(network.port(tmp_path)) == [OK]
    sockets(tmp_path, ("0.0.0.0", 3610, 77), ("192.168.1.2", 3610, 78))
    runs(tmp_path, 9, "openhab", "socket:[77]")
    first, second = network.port(tmp_path)
    assert (first.state, second.state) == (WARN, WARN)
    assert "openhab (9) has it on 0.0.0.0" in first.found
    assert "another user has it on 192.168.1.2" in second.found


def test_a_firewall_that_is_on_is_a_hint(tmp_path):
    assert not list(network.firewall(tmp_path))
    (tmp_path / "etc/ufw").mkdir(parents=True)
    (tmp_path / "etc/ufw/ufw.conf").write_text("# ENABLED=yes\nENABLED=no\n")
    assert not list(network.firewall(tmp_path))
    (tmp_path / "etc/ufw/ufw.conf").write_text("ENABLED=yes\n")
    runs(tmp_path, 3, "firewalld")
    ufw, firewalld = network.firewall(tmp_path)
    assert (ufw.state, ufw.remedy) == (WARN, "sudo ufw allow 3610/udp")
    assert "--add-port=3610/udp" in firewalld.remedy


@pytest.mark.parametrize(
    ("ours", "state"), [(None, WARN), ("127.0.0.1", WARN), ("192.0.2.254", FAIL)]
)
def test_without_a_way_to_the_group_only_desk_nodes_are_found(monkeypatch, ours, state):
    monkeypatch.setattr(network, "outward", lambda: ours)
    (found,) = network.network()
    assert (found.state, bool(found.remedy)) == (state, True)


def test_packages_are_held_against_what_is_pinned(tmp_path, monkeypatch):
    installed = dict.fromkeys(tools._PACKAGES, "1.2.3")
    monkeypatch.setattr(tools, "_version", installed.get)
    pins = "".join(f"{name}==1.2.3\n" for name in installed)
    (tmp_path / "requirements.txt").write_text(pins)
    assert states(tools.packages(tmp_path)) == [OK]
    installed |= {"esptool": "", "pyserial": "1.2.4"}
    missing, other, right = tools.packages(tmp_path)
    assert (missing.check, missing.state, missing.remedy) == ("esptool", FAIL, "make setup")
    assert (other.check, other.state, other.found) == ("pyserial", WARN, "1.2.4, tried with 1.2.3")
    assert "esptool" not in right.found


@pytest.mark.parametrize(("version", "found"), [("1.25.0.post2", []), ("1.26.1", [FAIL])])
def test_the_cross_compiler_fits_the_pinned_micropython(monkeypatch, version, found):
    monkeypatch.setattr(tools, "_version", lambda _: version)
    assert states(tools.cross_compiler()) == found


def test_python_has_to_be_new_enough():
    assert states(tools.python((3, 11, 0))) == [OK]
    assert states(tools.python((3, 10, 9))) == [FAIL]


def test_desk_programs_have_to_be_there_and_start(tmp_path):
    build = tmp_path / "build"
    build.mkdir()
    (build / "desk32").write_text("#!/bin/sh\necho up\n")
    (build / "desk64").write_bytes(b"of another machine")
    for path in build.iterdir():
        path.chmod(0o755)
    desk64, bare32, sound = tools.desk_programs(tmp_path)
    assert (desk64.state, "does not start" in desk64.found) == (FAIL, True)
    assert (bare32.state, "is not there" in bare32.found) == (FAIL, True)
    assert (sound.state, sound.found) == (OK, "desk32")


def test_the_cache_is_measured_and_has_to_be_ours_to_write(tmp_path, monkeypatch):
    (tmp_path / "one").write_bytes(os.urandom(3 << 20))
    os.link(tmp_path / "one", tmp_path / "same")
    monkeypatch.setenv("TOMO_CACHE", str(tmp_path))
    cache, _disk = machine.cache()
    assert (cache.state, cache.found) == (OK, f"{tmp_path}, 3 MiB")
    monkeypatch.setattr(machine, "_MUCH", 1 << 20)
    assert next(machine.cache()).state == WARN
    monkeypatch.setenv("TOMO_CACHE", str(tmp_path / "new" / "one"))
    assert next(machine.cache()).state == OK, "make setup makes it"
    monkeypatch.setenv("TOMO_CACHE", str(tmp_path / "one" / "below"))
    (refused,) = machine.cache()
    assert (refused.state, "TOMO_CACHE" in refused.remedy) == (FAIL, True)


@pytest.mark.parametrize(("free", "state"), [(1 << 40, OK), (100 << 20, WARN), (1 << 20, FAIL)])
def test_room_on_the_disk(monkeypatch, free, state):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert states(machine.room()) == [state]


def test_a_clock_that_was_never_set_is_told(tmp_path):
    assert states(machine.clock(datetime(1970, 1, 1, tzinfo=UTC), tmp_path)) == [FAIL]
    assert states(machine.clock(root=tmp_path)) == [OK]


def test_own_boards_have_to_be_where_they_are_said_to_be(tmp_path, monkeypatch):
    assert states(machine.own_boards()) == [OK]
    monkeypatch.setenv("TOMO_BOARDS", str(tmp_path))
    (found,) = machine.own_boards()
    assert (found.state, "TOMO_BOARDS" in found.remedy) == (FAIL, True)


def test_a_check_that_breaks_is_told_and_the_others_go_on(monkeypatch):
    monkeypatch.setattr(examine, "CHECKS", (("absent", ("x",)), ("tools", ("python",))))
    broken, python = examine.all_of([])
    assert (broken.state, broken.remedy) == (FAIL, "make setup")
    assert python.state == OK


def doctor(*words):
    return CliRunner().invoke(app, ["doctor", *map(str, words)])


@pytest.mark.parametrize(
    ("checks", "status"), [((("tools", ("python",)),), 0), ((("absent", ("x",)),), 1)]
)
def test_the_status_is_1_where_a_check_fails(monkeypatch, checks, status):
    monkeypatch.setattr(examine, "CHECKS", checks)
    shown = doctor()
    told = doctor("--json")
    assert (shown.exit_code, told.exit_code) == (status, status)
    (line,) = map(json.loads, told.stdout.splitlines())
    assert set(line) == {"check", "state", "found", "remedy"}
    assert line["found"] in shown.stdout
    assert line["remedy"] in shown.stdout
    assert shown.stdout.splitlines()[-1] == (
        "0 ok, 0 warn, 1 fail" if status else "1 ok, 0 warn, 0 fail"
    )


def test_what_is_no_node_is_refused_before_anything_is_looked_at():
    done = doctor("/dev/ttyNONE9", "nothing")
    assert isinstance(done.exception, UsageError)
    assert "'nothing' is no serial port" in str(done.exception)
    assert not done.stdout


HOLD = """import serial, sys
port = serial.Serial(sys.argv[1], exclusive=True)
print(flush=True)
input()"""


def test_a_port_of_a_tray_is_held_then_without_a_program_then_in_its_loader(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("tomo.doctor.node._ANSWER_S", 0.5)
    with served(tmp_path) as (tray, _):
        port = str(tray.boards[0].port.link)
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdout
            other.stdout.readline()
            (held,) = node(port)
            name = Path(f"/proc/{other.pid}/comm").read_text().strip()
            other.communicate(b"\n")
        (blank,) = node(port)
        esp(port, "--after", "no-reset", "flash-id")
        capsys.readouterr()
        (waits,) = node(port)
    assert not capsys.readouterr().out, "esptool's words are no finding"
    assert held.state == blank.state == waits.state == FAIL
    assert held.found == f"{name} ({other.pid}) has it open"
    assert blank.found == "its chip finds no program to start"
    assert waits.found == "an ESP32 waits in its loader"
