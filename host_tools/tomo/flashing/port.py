"""Opens a serial port, and says in one line why it cannot be opened."""

import serial

from tomo.errors import UsageError
from tomo.port_errors import port_refused

SPEED = 115_200  # of every boot loader when it starts, and of a node's console


def open_port(name: str) -> serial.Serial:
    """The port, ours alone. Raises HostError.

    Neither reset line is pulled by the opening, where the driver leaves that to us.
    """
    try:
        port = serial.serial_for_url(name, SPEED, do_not_open=True, exclusive=True)
        port.rts = port.dtr = False
        port.open()
    except ValueError as error:
        raise UsageError(f"{name} is no port: {error}", "Write /dev/ttyUSB0 or a URL.") from None
    except OSError as error:  # SerialException is one
        raise port_refused(name, error) from None
    return port
