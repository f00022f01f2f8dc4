"""Why a serial port cannot be opened, in one line, and what to do about it."""

import errno

from tomo.errors import MachineRefused

_GONE = (errno.ENOENT, errno.ENXIO, errno.ENODEV)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_TAKEN = (errno.EAGAIN, errno.EBUSY)


def port_refused(name: str, error: OSError) -> MachineRefused:
    """What the operator is told of `error`, with which opening `name` ended."""
    if error.errno in _GONE:
        real = "Check the cable; `tomo doctor` lists the ports that are."
        made = "It is there while its `tomo virtual tray` or `tomo desk` runs."
        return MachineRefused(f"{name} is not there", real if name.startswith("/dev/") else made)
    if error.errno in _FORBIDDEN:
        return MachineRefused(
            f"no permission to use {name}",
            "Join the port's group: `sudo usermod -aG dialout $USER`, then log in again.",
        )
    if error.errno in _TAKEN:
        return MachineRefused(
            f"another program has {name} open", "Close it: a terminal, a monitor, another `tomo`."
        )
    hint = "Is anybody listening there?" if "://" in name else "Is it a serial port?"
    return MachineRefused(f"cannot open {name}: {error}", hint)
