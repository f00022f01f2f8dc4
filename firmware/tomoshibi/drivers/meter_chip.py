"""What a metering chip offers: the protocol between its driver and the job of its bus.

Nothing imports this file at run time, so a written protocol costs no heap. docs/porting.md tells
how to write a driver from it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from tomoshibi.core.readings import Counts

    class MeterChip(Protocol):
        """A chip at `place` (select pin on SPI, else address) of a bus.

        Made by `Driver(bus, place, figures, line_hz)`: the last two of a row of METERS and the
        nominal frequency. It is given its bus and never builds hardware.

        channels    how many records `collect` fills
        answer_ms   from `configure` to `confirm` and from `ask` to `collect`: as long as the chip
                    takes, 0 if it answers at once. A chip that speaks unasked: what it takes to
                    say everything once, as `ask` then only drops what is old
        window_ms   from `confirm` to the end of the first full averaging window, with a margin
                    for the chip's clock. Until then its registers hold no measurement
        count_mj    energy of one count of `Counts.forward` and `reverse`, mJ (mvar s of reactive);
                    0 if the chip counts no energy to be believed: power is integrated then
        """

        channels: int
        answer_ms: int
        window_ms: int
        count_mj: int

        def factors(self) -> tuple[int, int, int]:
            """What a million counts are worth: uA, uV, uW. Asked for once, at start.

            Voltage and current stay below 2**24 counts, power (signed, as is the current of DC)
            below 2**28: beyond is for the driver to refuse.
            """
            ...

        def configure(self) -> None:
            """Set the chip up, or begin to. Called at start and whenever it may have lost itself.

            Blocks for 15 ms at most, and raises as `collect` does.
            """
            ...

        def confirm(self) -> None:
            """What of that needs the chip's answer, `answer_ms` later; raises as `collect` does.

            It should have heard the chip: one that is not there would otherwise make the others
            of its bus wait for its window, round after round.
            """
            ...

        def ask(self, full: bool) -> None:
            """Begin a read: of all there is if `full`, else power and energy will do."""
            ...

        def collect(self, counts: Sequence[Counts]) -> bool:
            """Fill `channels` records; True if with all that the chip measures. Allocates nothing.

            Energy counts are what came since the last successful `collect`, so a running counter
            is subtracted in the driver. Whatever has been taken out of the chip by a read that
            failed is handed over by the next: no energy twice, none lost.

            Raises ChipSilent (nothing there, or a chip that has reset itself) or PacketCorrupt (a
            check failed), and then leaves `counts` as they were.
            """
            ...
