// What every board's mpconfigboard.h has in common: parts of MicroPython that no node uses. Each
// takes room in the program, and some take memory or answer on the network as well.

#define MICROPY_HW_MCU_NAME                 "ESP32"

// Nothing of ours speaks it, and without sdkconfig.ble there is no driver below it.
#define MICROPY_PY_BLUETOOTH                (0)

// Frames past all that the access point allows: not on a node that switches loads.
#define MICROPY_PY_ESPNOW                   (0)

// Wi-Fi is the only way out of the box. sdkconfig.board leaves the drivers out.
#define MICROPY_PY_NETWORK_LAN              (0)

// No board has a slot; what survives a power cut is in the chip's own flash.
#define MICROPY_HW_ENABLE_SDCARD            (0)

// Nodes are found by ECHONET Lite: a second responder would be one more open port, and a task.
#define MICROPY_HW_ENABLE_MDNS_QUERIES      (0)
#define MICROPY_HW_ENABLE_MDNS_RESPONDER    (0)
