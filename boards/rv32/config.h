// The qemu port's configuration with what the firmware asks of the ESP32's, and the desk's clock.

#include <stdint.h>

#include "ports/qemu/mpconfigport.h"

// Off in the port, and on at this feature level elsewhere.
#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT (1)
#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO (1)
#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER (1)

// As ports/esp32/mpconfigport.h has them.
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_VFS_WRITABLE (1)
#define MICROPY_EPOCH_IS_1970 (0)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_INCLUDEFILE "boards/desk/common/time_body.h"

// The clock is the desk's (clock.c), over the one of chip.c.
#define mp_hal_ticks_ms desk_ticks_ms
#define mp_hal_ticks_us desk_ticks_us
#define mp_hal_time_ns desk_time_ns
#define mp_hal_delay_ms desk_delay_ms
#define mp_hal_delay_us desk_delay_us
uintptr_t desk_ticks_ms(void);
uintptr_t desk_ticks_us(void);
uint64_t desk_time_ns(void);
void desk_delay_ms(uintptr_t ms);
void desk_delay_us(mp_uint_t us);

// In place of a prompt.
#define MICROPY_PORT_INIT_FUNC rv32_run()
void rv32_run(void);
