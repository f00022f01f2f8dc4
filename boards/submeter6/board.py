"""Sub-meter for a distribution panel: ESP32, two ATM90E32AS, six branch CTs and relays.

The two chips see the load-side bus (100 V, one phase) on all three voltage inputs; each of the
six CTs sits on one relay-switched branch. The grid side, upstream of the inverter's transfer
switch, has a sense of its own. A 9 V battery-backed supply keeps the board alive in the dark.

Data only. `node.assemble` reads it; nothing else does.
"""

from micropython import const

NAME = "submeter6"

METER_SPI = const(2)
METER_SCK = const(18)
METER_MISO = const(19)
METER_MOSI = const(23)
METER_BAUD = const(1_000_000)
METER_CS = (5, 4)  # one pin a chip; branches 1 to 3 on the first, 4 to 6 on the second
METER_U_GAIN = const(7_305)  # 9 V AC adaptor
METER_I_GAIN = const(11_143)  # SCT-006, 20 A / 25 mA
METER_PULSES_PER_KWH = const(3_200)

RELAYS = (13, 32, 27, 26, 25, 33)  # active high, coil off in reset: open
RELAY_OPEN_LEVEL = const(0)

# Missing-pulse detectors behind an opto-coupler: high while half cycles keep coming, low 15 ms
# after the last one.
GRID_SENSE = const(34)
LOAD_SENSE = const(35)
SENSE_HOLD_MS = const(15)
ISLAND_CONTACT = const(36)  # the inverter's dry contact: high while it feeds the loads alone
GRID_LEVEL_ADC = const(39)  # grid side, rectified mean
GRID_LEVEL_MV_PER_MV = const(100)  # millivolt on the grid side per millivolt at the pin

LAMP_PWM = None
PHOTOCELL_I2C = None

CONTROL_PERIOD_MS = const(20)
WATCHDOG_MS = const(8_000)

RESET_REASON = const(0x3FF48034)  # register of the ESP32 that tells why it was reset
