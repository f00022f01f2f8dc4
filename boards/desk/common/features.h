// What both desk sizes have: the feature level of the ESP32 port, and the unix port's extras.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// Nothing of the developer's own home may leak into a simulated node.
#define MICROPY_PY_SYS_PATH_DEFAULT ".frozen"

#include "ports/unix/variants/mpconfigvariant_common.h"
