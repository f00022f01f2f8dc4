"""bootstrap.rv32: what its build depends on, and how QEMU is called. No toolchain is needed."""

from pathlib import Path

from bootstrap import __main__ as bootstrap
from bootstrap import places, rv32


def test_only_who_asks_for_it_gets_it(monkeypatch):
    asked = []
    monkeypatch.setattr(rv32, "prepare", lambda: asked.append("rv32"))
    for part in ("desk", "tools", "source"):
        monkeypatch.setattr(f"bootstrap.{part}.prepare", lambda part=part: asked.append(part))
    assert bootstrap.main([]) == 0
    assert asked == ["desk", "tools", "source"]
    assert bootstrap.main(["rv32"]) == 0
    assert asked[3:] == ["rv32"]


def test_a_build_is_named_by_compiler_and_frozen_files(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(rv32, "compiler", lambda: "gcc 12")
    monkeypatch.setattr(rv32.desk, "freezing", lambda: "")
    frozen, wrapped = tmp_path / "firmware" / "a.py", tmp_path / "boards" / "rv32" / "chip.c"
    for file in (frozen, wrapped):
        file.parent.mkdir(parents=True)
        file.write_text("1")

    def names() -> tuple[str, Path]:
        return rv32._object_key(), rv32._finished(rv32._object_key())

    objects, finished = names()
    assert names() == (objects, finished)
    frozen.write_text("2")
    assert names()[0] == objects
    assert names()[1] != finished
    wrapped.write_text("2")
    assert names()[0] != objects
    objects = names()[0]
    monkeypatch.setattr(rv32, "compiler", lambda: "gcc 14")
    assert names()[0] != objects


def test_qemu_counts_and_takes_files_whatever_their_names():
    words = rv32.command(Path("a.elf"), {rv32.FLASH: Path("x,y.bin")})
    assert words[words.index("-icount") + 1] == "shift=0"
    assert "loader,file=x,,y.bin,addr=0x81000000,force-raw=on" in words
    assert words[-2:] == ["-kernel", "a.elf"]
