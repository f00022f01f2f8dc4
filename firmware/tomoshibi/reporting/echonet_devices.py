"""What every ECHONET Lite object shows, and what the node profile does; see `echonet_view`."""

from tomoshibi.wire.echonet_format import const

_MAP = const(("map",))
_FAULT = const(("code", (0x41, "fault"), (0x42, "no fault")))
_INSTANCES = const(("list", 3, 84))

# Identity and maps: the same in devices and in the node profile.
IDENTITY = const((
    (0x83, "G", ("octets", 17, 17), "identification", "identification"),
    (0x8A, "G", ("octets", 3, 3), "maker"),
    (0x8C, "G", ("text", 12), "product"),
    (0x8D, "G", ("text", 12), "serial"),
    (0x9D, "G", _MAP, "announcement_map", "I"),
    (0x9E, "G", _MAP, "set_map", "S"),
    (0x9F, "G", _MAP, "get_map", "G"),
))  # fmt: skip

DEVICE = const((
    (0x81, "GSI", ("place",), "installation_location"),
    (0x88, "GI", _FAULT, "faulty"),
    (0x82, "G", ("release",), "standard_version", b"\x00\x00R\x00"),  # R, rev. 0
    (0x89, "G", ("u16", 0, 1_023, "", 0, ((0, "none"), (20, "switch"), (30, "sensor"))), "fault"),
    (0x97, "G?", ("moment", "hm"), "time"),
    (0x98, "G?", ("moment", "YMD"), "date"),
))  # fmt: skip

# 88 is optional here and stays out of the announcement map.
PROFILE = const((
    (0x80, "GI", ("code", (0x30, "running"), (0x31, "not running")), "on", True),
    (0xD5, "I", _INSTANCES, "instance_list_notification", "instances"),
    (0x82, "G", ("version",), "version", b"\x01\x0e\x01\x00"),  # 1.14, format 1
    (0x88, "G", _FAULT, "faulty"),
    (0xD3, "G", ("u24", 0, 0xFFFFFF), "instance_count", "instance_count"),
    (0xD4, "G", ("u16", 0, 65_533), "class_count", "class_count"),
    (0xD6, "G", _INSTANCES, "instance_list", "instances"),
    (0xD7, "G", ("list", 2, 8), "class_list", "classes"),
    # The maker's own: the event log's last number, u32, and hash.
    (0xF0, "G", ("octets", 20, 20), "event_chain_head", "event_chain_head"),
))  # fmt: skip
