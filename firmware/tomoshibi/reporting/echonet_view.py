"""ECHONET Lite as a view of the points: what its rows are. The rows are in three files beside this.

From a row follow the answer to Get and Set, the three property maps, the check of a value that
is written, and what the host tools print. A row is

    EPC, access, format, name, what it shows

access   G readable, S writable, I announced, as its point is, ? there only while it has a value
         (all three maps follow)
format   as in `wire.echonet_format`
name     what the host tools call it
shows    left out: the point (reporting.points) of that name of the object's part, or of the node.
         A tuple names a point for each member of a group, None for one that has no data. A text
         names a function of `echonet_own`; anything else is the value itself, for a map the
         access that it lists

All of it is `const`: it stays in flash and
takes no memory. What is not constant, such as a name from another file, does not compile inside. No
import of MicroPython's own, so that the host decodes with these rows.

Source: tables of the ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Sources").

Relays and lamps cannot be switched from the network in this release: what a load may do in a
blackout is decided in one place, the shed plan. So 80 and B0 are not in the Set map, although
class 0291 asks for a settable 80.
"""

# Fields of a row.
EPC = 0
ACCESS = 1
FORMAT = 2
NAME = 3
SHOWS = 4

# Classes.
NODE_PROFILE = 0x0EF0
SUBMETER = 0x028D
PANEL = 0x0287
LAMP = 0x0291
ILLUMINANCE = 0x000D
