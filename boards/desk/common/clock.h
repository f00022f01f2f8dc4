// The clock of the desk, for what moves it besides Python.

#ifndef TOMOSHIBI_DESK_CLOCK_H
#define TOMOSHIBI_DESK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

// Monotonic time in microseconds; all that has run until now is in it.
uint64_t desk_now_us(void);

// Move a clock that is held.
void desk_move_on(uint64_t us);
bool desk_is_held(void);

#endif
