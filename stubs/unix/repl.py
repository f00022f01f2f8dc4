"""The chip's REPL: friendly at the prompt, raw for tools, with raw-paste mode.

No line editing but backspace, no history, no completion: it is for tools, and for a few words.

Source: MicroPython documentation, "The MicroPython Interactive Interpreter Mode".
"""

import sys
from machine import RAW_RESET_EXIT, SOFT_RESET_EXIT
from micropython import const

import _console

import __main__
import desk_clock
import port
import resets

_A, _B, _C, _D, _E = b"\x01\x02\x03\x04\x05"
_ENTER = b"\r\n"
_BACKSPACE = b"\x08\x7f"
_PASTE = b"A\x01"  # after Ctrl-E: raw-paste mode
_WINDOW = const(256)
_FRIENDLY_SIZE = const(1)  # what is typed ahead may be meant for the program

_RAW_BANNER = "raw REPL; CTRL-B to exit\r\n>"
_BANNER = '%s; %s\r\nType "help()" for more information.\r\n>>> '


class _Keys:
    """What has come over the console, by the byte."""

    def __init__(self) -> None:
        self._buffer = memoryview(bytearray(_WINDOW))
        self._at = self._end = 0

    def byte(self, ahead: int = _WINDOW) -> int:
        """The next one. Reads `ahead` bytes at once, at most. Ends the program with the console."""
        return self.some(1, ahead)[0]

    def some(self, most: int, ahead: int = _WINDOW) -> memoryview:
        """The next ones, one at least; they stay until more are read."""
        if self._at == self._end:
            desk_clock.wait_for(sys.stdin)
            self._at, self._end = 0, _console.read(self._buffer[:ahead])
            if not self._end:
                resets.end(0)
        start = self._at
        self._at = min(self._end, start + most)
        return self._buffer[start : self._at]


def run(raw: bool) -> None:
    """For ever: a soft reset is the end of the process."""
    _console.take(False)
    keys = _Keys()
    if not raw:
        _say(_banner())
    while True:
        if raw:
            _raw(keys)
            _say("\r\n" + _banner())
        else:
            _friendly(keys)
        raw = not raw


def _banner() -> str:
    return _BANNER % (sys.version.split("; ")[-1], sys.implementation._machine)


def _say(text) -> None:
    sys.stdout.write(text)


# -- raw ---------------------------------------------------------------------------------------


def _raw(keys: _Keys) -> None:
    """Until Ctrl-B."""
    _say(_RAW_BANNER)
    source = bytearray()
    while True:
        byte = keys.byte()
        if byte == _A:
            _say(_RAW_BANNER)
            source = bytearray()
        elif byte == _B:
            return
        elif byte == _C:
            source = bytearray()
        elif byte == _D:
            _say("OK")
            _run_or_reset(source)
            source = bytearray()
        elif byte == _E and not source:
            _paste(keys)
        else:
            source.append(byte)


def _run_or_reset(source: bytearray) -> None:
    if not source:
        _say("\r\n")
        _soft_reset(RAW_RESET_EXIT)
    _run_raw(source)


def _run_raw(source: bytearray) -> None:
    """Output, Ctrl-D, traceback, Ctrl-D, and the prompt."""
    try:
        text = str(source, "utf-8")
    except UnicodeError:
        text = "raise UnicodeError"
    try:
        done = port.run(text, "<stdin>", __main__.__dict__, "exec", "\x04")
    except SystemExit:
        _soft_reset(RAW_RESET_EXIT)
    _say("\x04\x04>" if done else "\x04>")


def _soft_reset(status: int) -> None:
    _say("MPY: soft reboot\r\n")
    resets.end(status)


def _paste(keys: _Keys) -> None:
    """Raw-paste mode: the host sends no more than there is room for."""
    for wanted in _PASTE:
        if keys.byte() != wanted:
            return
    _say(b"R\x01" + bytes((_WINDOW & 0xFF, _WINDOW >> 8)) + b"\x01")
    source, left = bytearray(), _WINDOW
    while True:
        some = bytes(keys.some(left))
        ends = [at for at in (some.find(b"\x03"), some.find(b"\x04")) if at >= 0]
        if ends:
            break
        source.extend(some)
        left -= len(some)
        if not left:
            _say(b"\x01")
            left = _WINDOW
    end = min(ends)
    source.extend(some[:end])
    _say("\x04")
    if some[end] == _D:
        _run_raw(source)
    else:
        _say("\x04\x04>")


# -- friendly ----------------------------------------------------------------------------------


def _friendly(keys: _Keys) -> None:
    """Until Ctrl-A."""
    while True:
        source, end = _typed(keys)
        if end == _A:
            return
        if end == _B:
            _say("\r\n" + _banner())
            continue
        if end == _D:
            _say("\r\n")
            _soft_reset(SOFT_RESET_EXIT)
        if end != _C and source.strip():
            _run_friendly(source)
        _say("\r\n>>> " if end == _C else ">>> ")


def _run_friendly(source: str) -> None:
    _console.take(True)
    try:
        port.run(source, "<stdin>", __main__.__dict__, "single")
    except SystemExit:
        _soft_reset(SOFT_RESET_EXIT)
    _console.take(False)


def _typed(keys: _Keys) -> tuple:
    """Lines up to what ends them: one line, or a block up to an empty one; and the byte after."""
    lines, line = [], ""
    while True:
        byte = keys.byte(_FRIENDLY_SIZE)
        if byte in (_A, _B, _C) or (byte == _D and not line and not lines):
            return "", byte
        if byte in _BACKSPACE:
            if line:
                line = line[:-1]
                _say("\b \b")
        elif byte in _ENTER:
            _say("\r\n")
            lines.append(line)
            if not line or not (len(lines) > 1 or line.rstrip().endswith(":")):
                return "\n".join(lines), byte
            line = ""
            _say("... ")
        elif byte >= 0x20 or byte == 0x09:
            line += chr(byte)
            _say(chr(byte))
