// The unix port's configuration, with the clock and the epoch of the ESP32 put in its place.
//
// Named by MP_CONFIGFILE in desk.mk, because a variant's own header is read before the port's and
// could not take back what the port defines.

#include <stdint.h>

#include "ports/unix/mpconfigport.h"

// As ports/esp32/mpconfigport.h has it.
#define MICROPY_SCHEDULER_DEPTH (8)

// What the interpreter counts, for a clock on which running takes time.
#include "boards/desk/common/weights.h"

// Seconds count from 2000-01-01, and `time` is the portable module with 8-tuples.
#undef MICROPY_EPOCH_IS_1970
#define MICROPY_EPOCH_IS_1970 (0)
#undef MICROPY_PY_TIME_CUSTOM_SLEEP
#undef MICROPY_PY_TIME_INCLUDEFILE
#define MICROPY_PY_TIME_INCLUDEFILE "boards/desk/common/time_body.h"
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)

// What an import puts on the stack is a path of this length, and 4 KiB on the unix port. The ESP32
// has 128, which is not enough for where a checkout may lie.
#undef MICROPY_ALLOC_PATH_MAX
#define MICROPY_ALLOC_PATH_MAX (512)

// Every clock in the program is ours (clock.c): asyncio's and littlefs's as well. The port leaves
// a function out when its name is already defined. `mp_uint_t` is not known yet at this point.
#define mp_hal_ticks_ms desk_ticks_ms
#define mp_hal_ticks_us desk_ticks_us
#define mp_hal_time_ns desk_time_ns
#define mp_hal_delay_ms desk_delay_ms
uintptr_t desk_ticks_ms(void);
uintptr_t desk_ticks_us(void);
uint64_t desk_time_ns(void);
void desk_delay_ms(uintptr_t ms);

// `mp_hal_delay_us` is an inline function of the port's header; ours wraps that header.
#define MICROPY_MPHALPORT_H "boards/desk/common/hal.h"
