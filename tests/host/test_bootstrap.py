"""bootstrap: a failure is one understandable line and a status, never a traceback."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bootstrap import desk, places, progress, source
from bootstrap.pins import MICROPYTHON_VERSION


def start(repo: Path, *targets: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-S", "-m", "bootstrap", *targets],
        cwd=repo,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_unknown_target_is_a_usage_error_that_lists_the_known(repo):
    done = start(repo, "coffee")
    assert done.returncode == 2
    assert "no target 'coffee'" in done.stderr
    assert "desk32" in done.stderr


def test_a_wrong_source_tree_is_named(repo, tmp_path):
    done = start(repo, "source", MICROPYTHON_SRC=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        f"set-up failed: MICROPYTHON_SRC={tmp_path} is not a MicroPython source tree\n"
    )


def test_another_version_of_the_source_is_refused(repo, tmp_path):
    header = tmp_path / "py" / "mpconfig.h"
    header.parent.mkdir()
    fields = ("MAJOR 1", "MINOR 29", "MICRO 0")
    header.write_text("".join(f"#define MICROPY_VERSION_{field}\n" for field in fields))
    done = start(repo, "source", MICROPYTHON_SRC=str(tmp_path))
    assert done.returncode == 1
    assert "is version 1.29.0; needed is 1.25.0" in done.stderr


def test_a_part_that_an_older_release_did_not_unpack_is_added(tmp_path, monkeypatch):
    top = f"micropython-{MICROPYTHON_VERSION}"
    for part in source._PARTS:
        (tmp_path / "whole" / top / part).mkdir(parents=True)
        (tmp_path / "whole" / top / part / "new").touch()
    tarball = tmp_path / "x.tar.xz"
    subprocess.run(["tar", "-C", tmp_path / "whole", "-cJf", tarball, top], check=True)
    monkeypatch.setattr(places, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(source.debian, "available", lambda: True)
    monkeypatch.setattr(source.system, "require", lambda: None)
    monkeypatch.setattr(source.debian.PrivateApt, "fetch", lambda *_: tarball)
    monkeypatch.delenv("MICROPYTHON_SRC", raising=False)
    old = tmp_path / "cache" / top / "py"
    old.mkdir(parents=True)
    (tmp_path / "cache" / "apt-source").mkdir()
    assert source.fetch() == old.parent
    assert list(old.iterdir()) == []  # somebody may be building with it
    assert (old.parent / "ports" / "esp32" / "new").exists()
    monkeypatch.setattr(source.debian.PrivateApt, "fetch", None)
    assert source.fetch() == old.parent


def test_a_cache_that_cannot_be_written_is_one_line(repo, tmp_path):
    (tmp_path / "file").touch()
    done = start(repo, "types", TOMO_CACHE=str(tmp_path / "file" / "cache"))
    assert done.returncode == 1
    assert done.stderr.startswith("set-up failed: ")
    assert done.stderr.count("\n") == 1


def test_a_failed_command_tells_its_last_error_and_its_log(tmp_path):
    log = tmp_path / "make.log"
    body = "echo 'a.c:1: error: no such thing'; echo 'make: *** Error 2'; exit 2"
    with pytest.raises(progress.SetupError) as caught:
        progress.run(["sh", "-c", body], log, "could not build it")
    assert str(caught.value) == (
        f"could not build it: a.c:1: error: no such thing (all of it: {log})"
    )


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(progress.SetupError, match="no program 'no-such-program' on this machine"):
        progress.run(["no-such-program"], tmp_path / "log", "could not build it")


def test_two_set_ups_take_turns(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(places, "CACHE", tmp_path)
    order = []

    def second() -> None:
        with progress.turn():
            order.append("second")

    with progress.turn():
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.2)
        order.append("first")
    waiting.join(timeout=10)
    assert order == ["first", "second"]
    assert "waiting for it" in capsys.readouterr().err


def test_a_changed_firmware_file_changes_the_binary_but_not_the_objects(tmp_path, monkeypatch):
    for folder in ("firmware", "stubs", "boards"):
        shutil.copytree(places.ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(desk, "_VARIANT", tmp_path / "boards" / "desk")

    objects = desk._object_key()
    final = desk._DESK.key(objects)
    (tmp_path / "firmware" / "main.py").write_text("changed = 1\n")
    assert desk._object_key() == objects
    assert desk._DESK.key(objects) != final

    switch = tmp_path / "boards" / "desk" / "common" / "desk.mk"
    switch.write_text(switch.read_text() + "\nMICROPY_VFS_FAT = 1\n")
    assert desk._object_key() != objects
