"""ECHONET Lite nodes on the bench: built as the firmware builds them, asked with frames in hex."""

from fake_flash import FakeFlash

from tomoshibi.core.branch import Branch
from tomoshibi.core.calendar import Calendar
from tomoshibi.core.energy import EnergyCounter
from tomoshibi.core.identity import Identity
from tomoshibi.core.lamp import Daylight, Lamp
from tomoshibi.core.loads import Load
from tomoshibi.registers.event_log import EventLog
from tomoshibi.registers.half_hours import HalfHours
from tomoshibi.registers.history import History
from tomoshibi.reporting.build import ObjectBuilder
from tomoshibi.reporting.echonet_node import meant
from tomoshibi.settings.places import Places
from tomoshibi.wire.echonet import Frame

UNIQUE_ID = b"\x02\x11\x22\x33\x44\x55"


class FixedCalendar(Calendar):
    """Stands still where a test put it. Day 0 is a clock that nobody has set."""

    def __init__(self, utc_offset_min=540):
        super().__init__(utc_offset_min)

    def update(self):
        pass


def octets(text):
    return bytes.fromhex(text.replace(" ", ""))


def spaced(data):
    return " ".join("%02X" % byte for byte in data)


class Bench:
    """A node, what it stands on, and the frames it sent: (hex, to the group?).

    kind   "submeter", "main" (the same with a meter on the main conductor) or "streetlight"
    """

    def __init__(self, kind="submeter"):
        self.calendar = FixedCalendar()
        self.places = Places({}, self.take_places)
        self.storage_fault = self.sense_fault = False
        self.sent = []
        self.log = EventLog(FakeFlash(3))
        identity = Identity(UNIQUE_ID, kind, "S-0001")
        objects = ObjectBuilder(identity, self.calendar, self.places, self)
        if kind != "streetlight":
            self.branches = [Branch(n + 1, Load("load", 2, 500)) for n in range(6)]
            for branch in self.branches:
                branch.load.closed = True
            self.whole = EnergyCounter()
            self.flash = FakeFlash(4)
            self.restart_half_hours()
            self.main = Branch(0, None) if kind == "main" else None
            objects.add_branches(
                self.branches, self.half_hours, self.whole, self.sense_faulty, self.main
            )
        else:
            self.lamp = Lamp()
            self.daylight = Daylight()
            objects.add_lamp(self.lamp)
            objects.add_photocell(self.daylight)
        self.node = objects.node()

    def restart_half_hours(self):
        history = History(self.flash, len(self.branches))
        self.half_hours = HalfHours(self.calendar, self.branches, history)

    def faulty(self):
        return self.storage_fault

    def sense_faulty(self):
        return self.sense_fault

    def take_places(self, places):
        self.stored_places = places

    def pass_time(self):
        """What the keeper does: notices a half hour, and keeps its reading."""
        self.half_hours.poll()
        if self.half_hours.pending:
            self.half_hours.store()

    def send(self, buf, length, to_group):
        self.sent.append((spaced(buf[:length]), to_group))

    def ask(self, text):
        """All answers to a frame, as hex."""
        data = octets(text)
        del self.sent[:]
        self.handle(data, self.send)
        return [frame for frame, _ in self.sent]

    def handle(self, data, send):
        """What the job does with a datagram, without its waits."""
        frame = Frame()
        if self.node.read(data, len(data), frame):
            for each in self.node.objects:
                if meant(each.eoj, frame.target):
                    self.node.answer(each, frame, send)

    def asks_all(self, text):
        data = octets(text)
        frame = Frame()
        return self.node.read(data, len(data), frame) and self.node.asks_all(frame)

    def poll(self):
        """What is announced at the next poll, as hex."""
        del self.sent[:]
        self.node.poll(self.send)
        return [frame for frame, _ in self.sent]

    def get(self, eoj, epc):
        """The value of one property as hex; None if it is refused."""
        frames = self.ask("10 81 00 09 05 FF 01 %06X 62 01 %02X 00" % (eoj, epc))
        frame = Frame()
        data = octets(frames[0])
        frame.parse(data, len(data))
        value = next(frame.blocks())[1]
        return spaced(value) if frame.service == 0x72 else None

    def measure(self, number, power_mw, voltage_mv=101_000, current_ma=None, wh=0):
        """Let branch `number` have been measured."""
        branch = self.branches[number - 1]
        branch.reading.valid = True
        branch.reading.at_s = 5
        branch.reading.power_mw = power_mw
        branch.reading.voltage_mv = voltage_mv
        branch.reading.current_ma = power_mw * 1000 // voltage_mv
        if current_ma is not None:
            branch.reading.current_ma = current_ma
        branch.energy.put(wh, branch.energy.export_wh)
