"""A checkout and a cache may lie in any folder, whatever its name has in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import desk, places, plain, progress, tools

ODD = 'a b\'s $x $(x) "q" `t` #% 日本'


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """A folder that `make` cannot name; links go to a folder of this test's own."""
    folder = tmp_path / ODD
    folder.mkdir()
    monkeypatch.setattr(plain, "_LINKS", tmp_path / "links")
    return folder


def test_a_plain_path_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(plain, "_LINKS", tmp_path / "links")
    assert plain.plain(Path("/home/mei/tomo_shibi-1.0")) == Path("/home/mei/tomo_shibi-1.0")
    assert not (tmp_path / "links").exists()


def test_an_odd_path_gets_the_same_link_in_every_run(odd):
    link = plain.plain(odd)
    assert plain._PLAIN.fullmatch(str(link))
    assert link.samefile(odd)
    link.unlink()
    link.symlink_to("/nowhere")
    assert plain.plain(odd) == link
    assert link.samefile(odd)


def test_the_links_are_the_users_alone(tmp_path, odd):
    plain.plain(odd)
    assert (tmp_path / "links").stat().st_mode & 0o777 == 0o700


def test_links_that_others_can_change_are_not_followed(tmp_path, odd):
    links = tmp_path / "links"
    links.mkdir()
    links.chmod(0o777)
    with pytest.raises(progress.SetupError, match="not a folder of yours alone"):
        plain.plain(odd)
    links.rmdir()
    links.symlink_to(odd)
    with pytest.raises(progress.SetupError, match="not a folder of yours alone"):
        plain.plain(odd)


def test_make_builds_between_odd_folders(odd, monkeypatch):
    """The command of the desk build, on a port of four lines."""
    monkeypatch.setattr(places, "CACHE", odd)
    monkeypatch.setattr(places, "ROOT", odd)
    (odd / desk._DESK.manifest).parent.mkdir(parents=True)
    (odd / desk._DESK.manifest).write_text("firmware\n")
    port = odd / "source" / "ports" / "unix"
    port.mkdir(parents=True)
    (port / "Makefile").write_text(
        "MICROPY_MANIFEST_PORT_DIR = $(shell pwd)\n"
        "$(BUILD)/desk32: $(FROZEN_MANIFEST) $(MICROPY_MPYCROSS)\n"
        "\t"
        'test -e "$(MICROPY_MANIFEST_PORT_DIR)/../../../cross" && cat $^ > $@\n'
    )
    cross = odd / "cross"
    cross.write_text("compiler\n")
    job = desk._Job("desk32", "key", odd / "variant", desk._DESK.manifest)
    job._source, job._tls = odd / "source", None

    job.make({"MICROPY_MPYCROSS": str(desk.in_cache(cross))})
    assert job.program.read_text() == "firmware\ncompiler\n"
    assert str(odd) not in " ".join(job._command())


def test_a_command_finds_its_interpreter_in_an_odd_folder(tmp_path, odd):
    tools._write_commands(odd)
    (odd / "python").symlink_to(sys.executable)
    package = tmp_path / "packages" / "tomo" / "cli"
    package.mkdir(parents=True)
    (package / "app.py").write_text("import sys\ndef main(): print(sys.argv[1:]); return 5\n")
    elsewhere = tmp_path / "tomo"
    elsewhere.symlink_to(odd / "tomo")
    for command in (odd / "tomo", elsewhere):
        done = subprocess.run(
            [command, "a  b", "$x"],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "packages")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (5, "['a  b', '$x']\n"), done.stderr


def test_pip_is_not_shown_an_odd_environment(odd):
    interpreter = str(tools.pip_install(odd)[0])
    assert plain._PLAIN.fullmatch(interpreter)
    assert Path(interpreter).parents[1].samefile(odd)
