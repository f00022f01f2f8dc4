"""A scenario played on chips that were provisioned or read out, with stand-in nodes."""

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from boards.flash_map import FLASH_SIZE
from tests.desk_bridge import ROOT
from tests.host import flash_images, stock_images
from tests.host.flash_images import PLACES, image
from tomo.errors import HostError, MachineRefused, UsageError
from tomo.image.documents import FLASH_FILE, KINDS, read, write
from tomo.image.flash_image import blank, create, load
from tomo.jobs.chips import chips_of
from tomo.jobs.node_settings import node_settings
from tomo.jobs.run_folder import RunFolder
from tomo.jobs.run_site import Options, run_site
from tomo.jobs.stored_settings import get_value
from tomo.render.timeline import JsonView
from tomo.scenario import read as scenarios
from tomo.virtual.tray import Tray

FAKE = Path(__file__).with_name("fake_node.py")


@pytest.fixture(scope="module")
def street():
    found = scenarios.read(ROOT / "scenarios" / "street.toml")
    return replace(found, site=replace(found.site, duration=2_000), event=(), expect=())


def settings(path):
    return read(load(path).partition("settings"), KINDS["settings"]).document() or {}


def put(path, document):
    """These settings into a chip; a new one where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        create(path)
    write(path, load(path), "settings", document)


@pytest.fixture
def tray(street, tmp_path):
    """Chips named by ports, as a tray leaves them; the pole's a desk node's, in its folder."""
    folder = tmp_path / "tray"
    house, shop, pole = (node_settings(street, node) for node in street.node)
    put(folder / "BOARD2.bin", house)
    put(folder / "BOARD1.bin", shop)
    put(folder / "any" / FLASH_FILE, pole)
    return folder


def test_nodes_start_on_copies_of_their_chips_with_the_settings_that_are_there(
    street, tray, tmp_path
):
    own = settings(tray / "BOARD2.bin") | {"island_limit_w": 700, "ntp_server": "10.0.0.1"}
    put(tray / "BOARD2.bin", own)
    before = {path: path.read_bytes() for path in tray.rglob("*.bin")}
    chips = chips_of(tray, street)
    assert chips.warnings == (
        "house: its chip has 700 for island_limit_w, and the file 1500; its own counts",
    )
    command = (sys.executable, str(FAKE))
    out = tmp_path / "out"
    options = Options(out, clock="virtual", command=lambda _node: command, chips=chips.of)
    run_site(street, options, JsonView(street, io.StringIO()))
    assert settings(out / "nodes" / "house" / FLASH_FILE) == own
    for name, file in chips.of.items():
        assert (out / "nodes" / name / FLASH_FILE).read_bytes() == before[file]
    assert {path: path.read_bytes() for path in tray.rglob("*.bin")} == before


def test_what_is_no_chip_of_a_node_is_left_out_and_told(street, tray):
    create(tray / "BOARD3.bin")
    put(tray / "BOARD4.bin", {"name": "elsewhere"})
    (tray / "short.bin").write_bytes(b"1")
    (tray / "zero.bin").write_bytes(bytes(FLASH_SIZE))
    (tray / "gone.bin").symlink_to(tray / "nowhere")
    (tray / "folder.bin").mkdir()
    table = bytes(0x1000) + stock_images.stock()
    (tray / "stock.bin").write_bytes(table.ljust(FLASH_SIZE, b"\xff"))
    (tray / "torn.bin").write_bytes((tray / "BOARD4.bin").read_bytes())
    at, size = PLACES["settings"]
    flash_images.put(tray / "torn.bin", bytes(at + size))
    flash_images.put(tray / "torn.bin", blank()[:at])
    chips = chips_of(tray, street)
    assert set(chips.of) == {"house", "shop", "pole-17"}
    told = [warning.removeprefix(f"{tray}/") for warning in chips.warnings]
    none = "not 4194304 bytes of flash with a partition table"
    assert told == [
        "BOARD3.bin is left out: it has no name",
        "BOARD4.bin is left out: it is 'elsewhere', and no node here is",
        f"folder.bin is left out: {none}",
        f"gone.bin is left out: {none}",
        f"short.bin is left out: {none}",
        "stock.bin is left out: no place for settings in its partition table",
        "torn.bin is left out: its settings are lost, neither copy is whole",
        f"zero.bin is left out: {none}",
    ]


def test_a_node_without_a_chip_with_two_or_with_one_of_another_board_is_refused(
    street, tray, tmp_path
):
    with pytest.raises(HostError, match="no folder"):
        chips_of(tray / "BOARD1.bin", street)
    image(tmp_path, "streetlight").rename(tray / "BOARD5.bin")
    put(tray / "BOARD5.bin", settings(tray / "BOARD2.bin"))
    with pytest.raises(HostError, match=r"BOARD2\.bin and .*BOARD5\.bin both are house"):
        chips_of(tray, street)
    (tray / "BOARD2.bin").unlink()
    with pytest.raises(HostError, match="house is a submeter6, and this chip is of a streetlight"):
        chips_of(tray, street)
    (tray / "BOARD5.bin").unlink()
    (tray / "any" / FLASH_FILE).unlink()
    with pytest.raises(HostError, match="is house, pole-17"):
        chips_of(tray, street)


def test_a_setting_that_has_its_default_is_told_only_if_the_file_has_another(street, tray):
    own = settings(tray / "BOARD2.bin")
    assert own.pop("line_hz") == get_value({}, "line_hz").value
    del own["return_hold_s"]
    put(tray / "BOARD2.bin", own)
    assert chips_of(tray, street).warnings == (
        "house: its chip has 300 for return_hold_s, and the file 30; its own counts",
    )


def test_a_chip_that_is_in_use_is_refused(street, tray):
    with Tray(tray, 1, {}), pytest.raises(MachineRefused, match=r"BOARD1\.bin is in use"):
        chips_of(tray, street)
    assert set(chips_of(tray, street).of) == {"house", "shop", "pole-17"}


@pytest.mark.parametrize("linked", [False, True])
def test_a_run_does_not_clear_the_chips_that_it_is_to_start_on(street, tray, tmp_path, linked):
    with RunFolder(tmp_path / "run") as run:
        before = {path.name: path.rename(run.nodes / path.name) for path in tray.iterdir()}
    given = tmp_path / "link" if linked else run.nodes
    if linked:
        given.symlink_to(run.nodes)
    options = Options(run.path, clock="virtual", chips=chips_of(given, street).of)
    with pytest.raises(UsageError, match=r"of an earlier run in .*, which this one would clear"):
        run_site(street, options, JsonView(street, io.StringIO()))
    assert all(path.exists() for path in before.values())
