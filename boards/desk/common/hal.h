// The unix port's hardware layer, with a microsecond delay that obeys the desk clock.

#ifndef TOMOSHIBI_DESK_HAL_H
#define TOMOSHIBI_DESK_HAL_H

#define mp_hal_delay_us host_delay_us
#include "ports/unix/mphalport.h"
#undef mp_hal_delay_us

void desk_delay_us(mp_uint_t us);
#define mp_hal_delay_us desk_delay_us

// The port's pause between two looks at the outside world takes host time, whatever our clock does.
#undef MICROPY_INTERNAL_WFE
#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) host_delay_us(500)

#endif
