// Interrupts at random jumps, far more often than any hardware has them: the module `_strikes`.
//
// A race between a job and the control path shows if the path strikes at one jump of thousands. On
// a clock on which running takes time (costs.c) a handler is scheduled after a random number of
// instructions, again and again. What stands in for hardware is not struck.

#include "py/runtime.h"

#include "boards/desk/common/costs.h"

#define NEVER (INT32_MAX)

static uint32_t state; // of a xorshift, which is never 0
static uint32_t mean;
static int32_t left = NEVER; // instructions

// The handler.
MP_REGISTER_ROOT_POINTER(mp_obj_t desk_struck);

int32_t desk_until_strike(void) {
    return MAX(left, 0);
}

void desk_strike_nears(int32_t instructions) {
    if (left != NEVER) {
        left -= instructions;
    }
}

void desk_strike_at_random(void) {
    if (left <= 0) {
        left = mp_sched_schedule(MP_STATE_VM(desk_struck), mp_const_none) ? NEVER : 0;
    }
}

// again(): let it strike once more. For the end of the handler, which none interrupts.
static mp_obj_t strikes_again(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    desk_book();
    left = 1 + state % (2 * mean);
    desk_begin_slice();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(strikes_again_obj, strikes_again);

// begin(seed, instructions, handler): have `handler(None)` run once, after a random number of
// instructions, so many on average. The seed is not 0.
static mp_obj_t strikes_begin(mp_obj_t seed, mp_obj_t instructions, mp_obj_t handler) {
    state = mp_obj_get_int_truncated(seed);
    mean = mp_obj_get_int(instructions);
    if (state == 0 || mean == 0) {
        mp_raise_ValueError(NULL);
    }
    MP_STATE_VM(desk_struck) = handler;
    return strikes_again();
}
static MP_DEFINE_CONST_FUN_OBJ_3(strikes_begin_obj, strikes_begin);

// end(): no more of them.
static mp_obj_t strikes_end(void) {
    left = NEVER;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(strikes_end_obj, strikes_end);

static const mp_rom_map_elem_t strikes_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__strikes) },
    { MP_ROM_QSTR(MP_QSTR_begin), MP_ROM_PTR(&strikes_begin_obj) },
    { MP_ROM_QSTR(MP_QSTR_again), MP_ROM_PTR(&strikes_again_obj) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&strikes_end_obj) },
};
static MP_DEFINE_CONST_DICT(strikes_globals, strikes_globals_table);

const mp_obj_module_t strikes_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&strikes_globals,
};

MP_REGISTER_MODULE(MP_QSTR__strikes, strikes_module);
