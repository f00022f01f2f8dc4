"""What a chip is, as its registers tell: kind, revision, MAC address, and its flash chip's size.

Source: registers that esptool 5 reads, by its targets `esp32` and `esp32s3`.
"""

from dataclasses import dataclass, field
from struct import pack

_ESPRESSIF = 0x246F28  # the first half of MAC addresses

_COMMAND, _USER = 0x00, 1 << 18
_READ_ID = 0x9F
_WINBOND_NOR = 0x40EF  # maker and type; the third byte is the size as a power of two


@dataclass(frozen=True)
class Kind:
    """`chip_id` is that of images; `boot_at` where in flash the ROM looks for the boot loader.

    command_at, data_at  offsets in the SPI controller at `spi`
    tells_id             whether the ROM has GET_SECURITY_INFO
    mac_at               register of the lower 32 bits; the upper 16 are in the next
    """

    name: str
    chip_id: int
    boot_at: int
    spi: int
    command_at: int
    data_at: int
    tells_id: bool
    mac_at: int
    registers: dict[int, int] = field(hash=False)


ESP32 = Kind(
    "ESP32",
    chip_id=0,
    boot_at=0x1000,
    spi=0x3FF42000,
    command_at=0x24,
    data_at=0x80,
    tells_id=False,
    mac_at=0x3FF5A004,
    registers={
        0x40001000: 0x00F01D83,  # which chip this is
        0x3FF5A00C: 1 << 9 | 1 << 13 | 1 << 15,  # package, rated for 240 MHz, revision bit 0
        0x3FF5A010: 0x40,
        0x3FF5A014: 1 << 20 | 1 << 24,  # revision bit 1, minor revision 1
        0x3FF6607C: 1 << 31,  # revision bit 2: with the others, v3.1
        0x3FF40014: 347,  # the UART's divider: 40 MHz crystal at 115,200 baud
        0x3FF5F06C: 2560 << 7,  # the crystal, as the ROM measured it
    },
)
ESP32_S3 = Kind(
    "ESP32-S3",
    chip_id=9,
    boot_at=0,
    spi=0x60002000,
    command_at=0x20,
    data_at=0x58,
    tells_id=True,
    mac_at=0x60007044,
    registers={0x40001000: 9},
)


class Chip:
    """The registers of one chip; `number` (1 to 65535) makes its MAC address its own."""

    def __init__(self, kind: Kind, number: int, flash_size: int) -> None:
        self.kind = kind
        self.mac = (_ESPRESSIF << 24 | number).to_bytes(6, "big").hex(":")
        self._flash_id = (flash_size.bit_length() - 1) << 16 | _WINBOND_NOR
        self._registers = dict(kind.registers)
        self._registers[kind.mac_at] = (_ESPRESSIF & 0xFF) << 24 | number
        self._registers[kind.mac_at + 4] = _ESPRESSIF >> 8

    def read(self, address: int) -> int:
        return self._registers.get(address, 0)

    def write(self, address: int, value: int, mask: int) -> None:
        """Write the bits of `mask`; the SPI controller's command is carried out at once."""
        value = self.read(address) & ~mask | value & mask
        if address == self.kind.spi + _COMMAND and value & _USER:
            command = self.read(self.kind.spi + self.kind.command_at) & 0xFF
            answer = self._flash_id if command == _READ_ID else 0
            self._registers[self.kind.spi + self.kind.data_at] = answer
            value = 0  # done
        self._registers[address] = value

    def security(self) -> bytes | None:
        """What GET_SECURITY_INFO answers, with nothing locked; None if this ROM has none."""
        return pack("<I8xII", 0, self.kind.chip_id, 0) if self.kind.tells_id else None
