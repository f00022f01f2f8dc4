"""node.boot_cause with the ESP32's own numbers.

Source: ESP-IDF, components/esp_rom/include/esp32/rom/rtc.h, RESET_REASON; ESP32 technical reference
manual, RTC_CNTL_RESET_STATE_REG: bits 0 to 5 are of the PRO CPU, 6 to 11 of the APP CPU, 12 and 13
their reset vectors, which read as one after power-on.
"""

import unittest
from machine import PWRON_RESET, SOFT_RESET
from os import putenv

from tomoshibi.node import boot_cause as module
from tomoshibi.node.boot_cause import BROWN_OUT, COMMANDED, CRASH, POWER_ON, WATCHDOG, boot_cause

REGISTER = 0x3FF48034
WHATEVER_WAS_ASKED = (
    (1, POWER_ON),  # POWERON_RESET
    (5, POWER_ON),  # DEEPSLEEP_RESET: what the chip held in RAM is gone, as after power-on
    (15, BROWN_OUT),  # RTCWDT_BROWN_OUT_RESET
    (7, WATCHDOG),  # TG0WDT_SYS_RESET
    (8, WATCHDOG),  # TG1WDT_SYS_RESET
    (9, WATCHDOG),  # RTCWDT_SYS_RESET
    (11, WATCHDOG),  # TGWDT_CPU_RESET
    (13, WATCHDOG),  # RTCWDT_CPU_RESET
    (16, WATCHDOG),  # RTCWDT_RTC_RESET
)
SOFTWARE = (3, 12)  # SW_RESET, SW_CPU_RESET: esp_restart and a panic alike


class Memory:
    """The register of a chip whose APP CPU has another story, with the vector bits set."""

    def __init__(self, reason, app_reason):
        self._value = 3 << 12 | app_reason << 6 | reason

    def __getitem__(self, address):
        if address != REGISTER:
            raise KeyError(address)
        return self._value


class TestBootCause(unittest.TestCase):
    def setUp(self):
        self.saved = module.mem32, module.reset_cause

    def tearDown(self):
        module.mem32, module.reset_cause = self.saved

    def test_hardware_resets_are_told_apart_whatever_was_noted(self):
        for reason, cause in WHATEVER_WAS_ASKED:
            with self.subTest(reason=reason):
                putenv("DESK_RESET_REASON", str(reason))
                self.assertEqual(boot_cause(REGISTER, False), cause)
                self.assertEqual(boot_cause(REGISTER, True), cause)

    def test_a_software_reset_is_a_crash_unless_it_was_asked_for(self):
        for reason in SOFTWARE:
            with self.subTest(reason=reason):
                putenv("DESK_RESET_REASON", str(reason))
                self.assertEqual(boot_cause(REGISTER, False), CRASH)
                self.assertEqual(boot_cause(REGISTER, True), COMMANDED)

    def test_after_a_soft_reset_the_register_still_tells_of_the_reset_before(self):
        module.reset_cause = lambda: SOFT_RESET
        for before in (1, 8, 15, 12):
            module.mem32 = Memory(before, before)
            self.assertEqual(boot_cause(REGISTER, False), CRASH)
            self.assertEqual(boot_cause(REGISTER, True), COMMANDED)

    def test_only_the_first_cores_reason_counts(self):
        module.reset_cause = lambda: PWRON_RESET
        module.mem32 = Memory(15, 1)
        self.assertEqual(boot_cause(REGISTER, False), BROWN_OUT)
        module.mem32 = Memory(1, 15)
        self.assertEqual(boot_cause(REGISTER, False), POWER_ON)
