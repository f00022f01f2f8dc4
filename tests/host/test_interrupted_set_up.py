"""What an interruption leaves is not taken for whole: of set-up, `make clean`, a clearing."""

import os
import shutil
import subprocess
import time

import pytest

from bootstrap import desk, places, system, tools


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """The commands that set-up ran, instead of running them; a venv is made of two folders."""
    commands = []

    def run(command, *_rest) -> None:
        words = [str(word) for word in command]
        commands.append(words)
        if "venv" in words:
            tools._site_packages(tmp_path / words[-1]).mkdir(parents=True, exist_ok=True)
            (tmp_path / words[-1] / "bin").mkdir(exist_ok=True)

    monkeypatch.setattr(places, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(tools, "_OWN", tmp_path / "venv")
    monkeypatch.setattr(tools, "run", run)
    monkeypatch.setattr(system, "require", lambda: None)
    return commands


@pytest.fixture
def killed(monkeypatch):
    """Removing a folder is interrupted."""

    def rmtree(folder, **_how) -> None:
        if os.path.exists(folder):
            raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", rmtree)


def test_half_installed_host_tools_are_installed_anew(ran):
    half = tools._shared_folder() / "lib" / "half"
    half.mkdir(parents=True)
    tools.shared()
    assert not half.exists()
    assert len(ran) == 2
    tools.shared()
    assert len(ran) == 2


def test_a_half_made_environment_of_the_checkout_is_made_anew(ran):
    half = tools._OWN / "lib" / "half"
    half.mkdir(parents=True)
    tools.prepare()
    assert not half.exists()
    assert (tools._OWN / "complete").exists()
    assert ran


@pytest.mark.usefixtures("ran")
def test_an_environment_being_made_again_is_not_complete_meanwhile(monkeypatch):
    tools.prepare()
    (tools._OWN / "complete").write_text("of older pins")

    def interrupted(*_command) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tools, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tools.prepare()
    assert not (tools._OWN / "complete").exists()


@pytest.mark.usefixtures("killed")
def test_a_folder_half_removed_is_not_found_under_its_name(tmp_path):
    folder = tmp_path / "desk-0"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        places.remove(folder)
    assert not folder.exists()


def test_what_an_interrupted_removal_left_goes_with_the_next(tmp_path):
    (tmp_path / "desk-0.gone" / "objects").mkdir(parents=True)
    (tmp_path / "desk-0").mkdir()
    places.remove(tmp_path / "desk-0")
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_was_asked_for_within_a_day_is_never_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "CACHE", tmp_path)
    now_s = time.time()
    for hours in range(0, 60, 2):
        build = tmp_path / f"desk-{hours}"
        build.mkdir()
        used_s = now_s - hours * 3600 - 60
        os.utime(build, (used_s, used_s))
    desk.clear_old("desk-*", keep=3, in_use_s=desk._IN_USE_S)
    left = {int(path.name.partition("-")[2]) for path in tmp_path.iterdir()}
    assert left == set(range(0, 24, 2))
    desk.clear_old("desk-*", keep=3)
    assert len(list(tmp_path.iterdir())) == 3


def test_an_interrupted_make_clean_leaves_nothing_that_looks_finished(repo, tmp_path):
    shutil.copy(repo / "Makefile", tmp_path)
    stamp = tmp_path / "build" / "venv" / "complete"
    stamp.parent.mkdir(parents=True)
    stamp.touch()
    rm = tmp_path / "bin" / "rm"
    rm.parent.mkdir()
    rm.write_text('#!/bin/sh\ncase "$1" in *r*) exit 1 ;; esac\nexec /bin/rm "$@"\n')
    rm.chmod(0o755)
    path = f"{rm.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["make", "-C", tmp_path, "clean"], env={**os.environ, "PATH": path}, capture_output=True
    )
    assert done.returncode != 0
    assert not stamp.exists()
