"""Streetlight head: ESP32, one dimmable LED driver, lamp relay, BL0942, BH1750 photocell.

The BL0942 measures the lamp behind its relay. The pilot wire from the cabinet tells whether the
grid is there; the lamp itself is fed from the load side.

Data only. `node.assemble` reads it; nothing else does.
"""

from micropython import const

NAME = "streetlight"

METER_UART = const(1)
METER_TX = const(17)
METER_RX = const(16)
METER_BAUD = const(9_600)
METER_SHUNT_UOHM = const(1_000)
METER_DIVIDER_OHM = (1_950_000, 510)  # line side (5 x 390k), chip side

RELAYS = (27,)  # active low with pull-down: closed in reset, so that a dead controller gives light
RELAY_OPEN_LEVEL = const(1)

GRID_SENSE = const(34)  # pilot wire, high while the grid feeds the cabinet
LOAD_SENSE = const(35)  # missing-pulse detector on the lamp's own supply
SENSE_HOLD_MS = const(15)
ISLAND_CONTACT = None
GRID_LEVEL_ADC = None

LAMP_PWM = const(25)  # duty is light level; pull-up on the driver's input: full light in reset
LAMP_PWM_HZ = const(1_000)

PHOTOCELL_I2C = const(0)
PHOTOCELL_SCL = const(22)
PHOTOCELL_SDA = const(21)
PHOTOCELL_ADDRESS = const(0x23)

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
