"""ECHONET Lite frame, format 1: read in place, written into a buffer that already exists.

    offset  size  field
    0       u8    EHD1, 0x10
    1       u8    EHD2, 0x81 (format 1)
    2       u16   TID, chosen by the requester and copied into the answer
    4       u24   SEOJ, source object: class group, class, instance
    7       u24   DEOJ, destination object; instance 0 means every instance of the class
    10      u8    ESV, service
    11      u8    OPC, number of blocks
    12      ...   OPC blocks: u8 EPC, u8 PDC, PDC bytes EDT

Services 6E, 7E and 5E carry two lists: OPC and blocks to set, then OPC and blocks to get. All
fields big-endian. An object is one int of 24 bits, so that it can be compared and printed.

Plain Python, so that the host tools read and write frames with this same file.

Source: docs/echonet-lite.md, "Frame", "Answers", "What is discarded" and "Sizes".
"""

PORT = 3610
GROUP = "224.0.23.0"
# No limit is known for a frame; this is what one Ethernet frame carries over IPv4 and UDP.
MAX_FRAME = 1472

SET_I = 0x60
SET_C = 0x61
GET = 0x62
INF_REQ = 0x63
SET_GET = 0x6E
SET_RES = 0x71
GET_RES = 0x72
INF = 0x73
INFC = 0x74
INFC_RES = 0x7A
SET_GET_RES = 0x7E
SET_I_SNA = 0x50
SET_C_SNA = 0x51
GET_SNA = 0x52
INF_SNA = 0x53
SET_GET_SNA = 0x5E

REQUESTS = (SET_I, SET_C, GET, INF_REQ, SET_GET, INFC)
# Those of them that set something.
WRITES = (SET_I, SET_C, SET_GET)
# How many lists of blocks a service carries, for 50 to 7F; 0 is no service. Every frame asks, so
# it is looked up and not searched for.
_LISTS_50 = b"\1\1\1\1\0\0\0\0\0\0\0\0\0\0\2\0"
_LISTS_60 = _LISTS_50
_LISTS_70 = b"\0\1\1\1\1\0\0\0\0\0\1\0\0\0\2\0"
_LISTS = _LISTS_50 + _LISTS_60 + _LISTS_70

NODE_PROFILE = 0x0EF001
CONTROLLER = 0x05FF01
ALL_INSTANCES = 0
LAST_INSTANCE = 0x7F

# What `Frame.parse` answers. Words for people are in REASONS, which only the host looks at.
GOOD = 0
SIZE = 1
NOT_FORMAT_1 = 2
SERVICE = 3
INSTANCE = 4
NO_BLOCKS = 5
CUT_SHORT = 6
LEFT_OVER = 7

REASONS = (
    "good",
    "fewer than 12 bytes or more than fit one datagram",
    "not ECHONET Lite format 1",
    "unknown service",
    "instance above 7F",
    "no property in it",
    "shorter than its counts promise",
    "bytes left over after the last property",
)

_HEAD = 12


class Frame:
    """A view of one datagram. `parse` fills it; walking the blocks then needs no further check.

    for _ in range(frame.count):
        epc, size = frame.data[at], frame.data[at + 1]     # EDT: data[at + 2 : at + 2 + size]
        at += 2 + size
    """

    def __init__(self) -> None:
        self.data = b""
        self.tid = 0
        self.source = 0
        self.target = 0
        self.service = 0
        self.count = 0  # blocks in the first (or only) list
        self.first = _HEAD  # where they start
        self.count2 = 0  # blocks in the second list of a SetGet
        self.first2 = 0

    def parse(self, data: bytes | bytearray, length: int) -> int:
        """Check data[:length] and take its header. GOOD, or the reason to discard it.

        An instance above 7F counts only in DEOJ: the requester's own object is not judged.
        """
        if length < _HEAD or length > MAX_FRAME:
            return SIZE
        if data[0] != 0x10 or data[1] != 0x81:
            return NOT_FORMAT_1
        service = data[10]
        lists = _LISTS[service - 0x50] if 0x50 <= service < 0x80 else 0
        if not lists:
            return SERVICE
        if data[9] > LAST_INSTANCE:
            return INSTANCE
        self.data = data
        self.tid = data[2] << 8 | data[3]
        self.source = data[4] << 16 | data[5] << 8 | data[6]
        self.target = data[7] << 16 | data[8] << 8 | data[9]
        self.service = service
        self.count = data[11]
        self.count2 = 0
        end = _skip(data, _HEAD, self.count, length)
        if lists == 2 and end >= 0:
            if end == length:
                return CUT_SHORT
            self.count2 = data[end]
            self.first2 = end + 1
            end = _skip(data, end + 1, self.count2, length)
        if end != length:
            return CUT_SHORT if end < 0 else LEFT_OVER
        if self.count and (lists == 1 or self.count2):
            return GOOD
        # Only the refusal of a SetGet that is not implemented may be empty.
        return GOOD if service == SET_GET_SNA else NO_BLOCKS

    def blocks(self, second: bool = False):
        """Yield (EPC, EDT) of one list. Copies the values: for the host and for tests."""
        at = self.first2 if second else self.first
        for _ in range(self.count2 if second else self.count):
            size = self.data[at + 1]
            yield self.data[at], bytes(self.data[at + 2 : at + 2 + size])
            at += 2 + size


def _skip(data: bytes | bytearray, at: int, count: int, length: int) -> int:
    """Offset after `count` blocks that start at `at`, or -1 if they do not fit into `length`."""
    for _ in range(count):
        if at + 2 > length:
            return -1
        at += 2 + data[at + 1]
    return at if at <= length else -1


class Writer:
    """Writes one frame after another into `buf`, never past `limit` bytes.

    Blocks are written either whole (`block`) or by the caller, who asks where (`at`) and how much
    `room` there is, writes the EDT to buf[at + 2 :], and says so (`wrote`).
    """

    def __init__(self, buf: bytearray, limit: int = MAX_FRAME) -> None:
        self.buf = buf
        self.limit = min(limit, len(buf))
        self.length = 0
        self._count_at = 11

    def begin(self, tid: int, source: int, target: int, service: int) -> None:
        """Start a frame with no blocks."""
        buf = self.buf
        buf[0] = 0x10
        buf[1] = 0x81
        buf[2] = tid >> 8 & 0xFF
        buf[3] = tid & 0xFF
        _put_object(buf, 4, source)
        _put_object(buf, 7, target)
        buf[10] = service
        buf[11] = 0
        self._count_at = 11
        self.length = _HEAD

    def service(self, service: int) -> None:
        """Change the service of the frame: whether all goes well is known only at its end."""
        self.buf[10] = service

    def second_list(self) -> bool:
        """Start the second list of a SetGet. False, and no change, if not even that fits."""
        if self.length >= self.limit:
            return False
        self._count_at = self.length
        self.buf[self.length] = 0
        self.length += 1
        return True

    def room(self, to_come: int = 0) -> int:
        """Largest EDT the next block may have if `to_come` empty blocks must fit after it."""
        return self.limit - self.length - 2 - 2 * to_come

    def wrote(self, epc: int, size: int) -> None:
        """Close the block whose EDT of `size` bytes the caller put at `length` + 2."""
        self.buf[self.length] = epc
        self.buf[self.length + 1] = size
        self.buf[self._count_at] += 1
        self.length += 2 + size

    def block(self, epc: int, data: bytes | bytearray = b"", at: int = 0, size: int = -1) -> bool:
        """Append a block with data[at : at + size] (all of it by default).

        False, and no change, if it does not fit or the list already has 255 blocks.
        """
        if size < 0:
            size = len(data) - at
        if size > 255 or size > self.room() or self.buf[self._count_at] == 255:
            return False
        to = self.length + 2
        for i in range(size):
            self.buf[to + i] = data[at + i]
        self.wrote(epc, size)
        return True

    def frame(self) -> bytes:
        """A copy of the frame, for the host and for tests."""
        return bytes(self.buf[: self.length])


def _put_object(buf: bytearray, at: int, eoj: int) -> None:
    buf[at] = eoj >> 16 & 0xFF
    buf[at + 1] = eoj >> 8 & 0xFF
    buf[at + 2] = eoj & 0xFF
