// What clock.c needs of costs.c.

#ifndef TOMOSHIBI_DESK_COSTS_H
#define TOMOSHIBI_DESK_COSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

// Whether running takes time now: costs are on, and it is not hardware that runs.
bool desk_firmware_costs(void);

// Add what ran since the last call to the clock.
void desk_book(void);

// Begin to count down to whatever is next to strike; what ran has been booked.
void desk_begin_slice(void);

// Of strikes.c: how many instructions there are to the next one, that so many have run, and that
// the interpreter is at a jump.
int32_t desk_until_strike(void);
void desk_strike_nears(int32_t instructions);
void desk_strike_at_random(void);

// A sleep of firmware: timers and edges strike in it, and their handlers run.
void desk_sleep(uint64_t us);

MP_DECLARE_CONST_FUN_OBJ_2(desk_costs_obj);
MP_DECLARE_CONST_FUN_OBJ_1(desk_hardware_obj);
MP_DECLARE_CONST_FUN_OBJ_2(desk_takes_obj);
MP_DECLARE_CONST_FUN_OBJ_1(desk_rest_obj);
MP_DECLARE_CONST_FUN_OBJ_2(desk_call_obj);
MP_DECLARE_CONST_FUN_OBJ_1(desk_interrupts_obj);
MP_DECLARE_CONST_FUN_OBJ_0(desk_dropped_obj);
MP_DECLARE_CONST_FUN_OBJ_0(desk_instructions_obj);
MP_DECLARE_CONST_FUN_OBJ_0(desk_pause_obj);
MP_DECLARE_CONST_FUN_OBJ_0(desk_go_on_obj);

#endif
