"""tomo.jobs.run_folder: what a run may remove, what it must leave, and one run at a time."""

import os
from pathlib import Path

import pytest

from tomo.errors import HostError
from tomo.jobs.run_folder import OURS, RESULTS, RunFolder


def tree(folder):
    """Every file below `folder` with what it holds."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_run_finds_neither_results_nor_nodes_of_the_first(tmp_path):
    with RunFolder(tmp_path / "a" / "b") as folder:
        for name in RESULTS:
            folder.write(name, "HELD")
        (folder.nodes / "panel").mkdir()
        (folder.nodes / "panel" / "flash.bin").write_text("")
    with RunFolder(tmp_path / "a" / "b") as folder:
        assert [path.name for path in tree(tmp_path)] == [OURS, OURS]
        assert [path.name for path in folder.nodes.iterdir()] == [OURS]


def test_an_empty_folder_of_somebody_else_may_be_used(tmp_path):
    with RunFolder(tmp_path):
        pass


def test_notes_put_beside_the_results_of_a_run_stay_through_the_next(tmp_path):
    with RunFolder(tmp_path):
        pass
    (tmp_path / "notes.txt").write_text("mine")
    with RunFolder(tmp_path):
        assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["nodes/years of work.txt", "nodes", "notes.txt", ".hidden", *RESULTS]
)
def test_what_is_not_from_a_run_is_refused_and_left(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(HostError, match=r"not from a run .* touched") as error, RunFolder(tmp_path):
        pass
    assert str(tmp_path) in str(error.value)
    assert error.value.exit_code == 2
    assert tree(tmp_path) == before


def test_a_nodes_folder_put_beside_our_results_is_left_with_them(tmp_path):
    with RunFolder(tmp_path) as folder:
        folder.write("summary.json", "HELD")
    (tmp_path / "nodes" / OURS).unlink()
    (tmp_path / "nodes" / "mine").write_text("")
    before = tree(tmp_path)
    with pytest.raises(HostError, match="nothing was touched"), RunFolder(tmp_path):
        pass
    assert tree(tmp_path) == before


def test_a_link_to_another_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / OURS).write_text("")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "nodes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HostError, match="nothing was touched"), RunFolder(tmp_path / "out"):
        pass


def test_two_runs_do_not_share_a_folder(tmp_path):
    with RunFolder(tmp_path) as folder:
        folder.write("summary.json", "HELD")
        with (
            pytest.raises(HostError, match=r"another run is writing to .*; wait for it or use"),
            RunFolder(tmp_path),
        ):
            pass
        assert (tmp_path / "summary.json").read_text() == "HELD"
    with RunFolder(tmp_path):
        pass


@pytest.mark.parametrize(("name", "told"), [("file", "it is a file"), ("file/x", "above it is a")])
def test_a_file_in_the_way_is_told_in_one_line(tmp_path, name, told):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(HostError, match=told) as error, RunFolder(tmp_path / name):
        pass
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_told_in_one_line(tmp_path):
    with RunFolder(tmp_path) as folder:
        (tmp_path / "report.html").symlink_to("/dev/full")
        with pytest.raises(HostError, match=r"report\.html: No space left on device"):
            folder.write("report.html", "x" * 100_000)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no place where nobody may write")
def test_a_place_where_nobody_may_write_is_told_in_one_line():
    with (
        pytest.raises(HostError, match="cannot write to /proc/self/x"),
        RunFolder(Path("/proc/self/x")),
    ):
        pass
