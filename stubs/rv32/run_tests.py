"""Runs tests of one file of the bundle: its `wanted` says [FILE, [[CLASS, TEST], ...]]."""

import json
import sys

import vfs
from bundle import Bundle

import port

vfs.mount(Bundle(), "/")
sys.path[:] = ("/tests/lib", "/tests/helpers", ".frozen")
with open("/wanted") as file:
    wanted = json.load(file)
port.limit_stack()

import unittest  # noqa: E402 - the one of the bundle

unittest.run(*wanted)
