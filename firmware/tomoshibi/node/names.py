"""Names that imports make while they run, spelt out here so that they are in flash.

Nobody imports this file. MicroPython keeps the names of a package and of a module's last part as
words of their own, and takes heap for each that no frozen file has in it (tests/node/test_names).
"""

import tomoshibi.drivers as drivers
import tomoshibi.links as links
import tomoshibi.meter as meter
import tomoshibi.node.boot_plan
import tomoshibi.node.files
import tomoshibi.node.heap
import tomoshibi.node.meters
import tomoshibi.node.outputs
import tomoshibi.node.parts
import tomoshibi.node.why
import tomoshibi.policy as policy
import tomoshibi.registers.history_slot
import tomoshibi.registers.history_start
import tomoshibi.registers.journal_start
import tomoshibi.registers.log_start
import tomoshibi.registers.ring_start
import tomoshibi.reporting as reporting
import tomoshibi.reporting.echonet_own
import tomoshibi.settings
import tomoshibi.wire.console
import tomoshibi.wire.copies
import tomoshibi.wire.echonet_map
import tomoshibi.wire.event_chain
import tomoshibi.wire.event_key
import tomoshibi.wire.event_walk
import tomoshibi.wire.flash_sector
import tomoshibi.wire.history
import tomoshibi.wire.register_reader
import tomoshibi.wire.registers
from tomoshibi.core import ends, errors, refusals
from tomoshibi.drivers import atm90e32_service, latching, mains_sense, meter_chip
from tomoshibi.meter import calibration, circuits, peak, scaling
from tomoshibi.node import (
    answer_budget,
    app,
    app_job,
    apply_settings,
    ask_controller,
    ask_time,
    assemble,
    build_circuits,
    build_lamp,
    build_loads,
    console_job,
    echonet_job,
    fault_details,
    find_app,
    flash_window,
    foundation,
    heed_time,
    keeper_job,
    lamp_control,
    load_control,
    log_job,
    meter_job,
    places_job,
    pulses,
    questions,
    sense_edge,
    set_clock,
    sky_job,
    supervisor,
    time_job,
    time_round,
    verify_log,
    whole_node,
)
from tomoshibi.policy import meter_watch, night, starts
from tomoshibi.reporting import (
    echonet_devices,
    echonet_lights,
    echonet_meters,
    echonet_node,
    echonet_view,
    meter_sources,
    points,
)
from tomoshibi.settings import check
from tomoshibi.wire import echonet_format, event_key, event_walk, flash_bytes, hmac, sntp
