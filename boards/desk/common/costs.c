// Time that passes while Python runs, and hardware that strikes between two byte codes.
//
// The interpreter counts down `desk_left` (weights.h). At a jump where a slice of time is used up,
// what hardware has to do by then is done, whatever runs: Python that stands in for hardware takes
// no time, is not interrupted, and minds no lock and no limit of the firmware's. What it wants of
// the firmware is scheduled, as interrupts of the ESP32 port do it: one handler runs at each jump,
// none within another, and of more than eight that wait the rest are dropped.

#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/pairheap.h"
#include "py/runtime.h"
#include "py/smallint.h"

#include "boards/desk/common/clock.h"
#include "boards/desk/common/costs.h"

#define PS_PER_US (1000000ULL)
#define US_PER_S (1000000ULL)
// The hardware is looked at so often, or when the next event is due.
#define SLICE_US (1000)
#define NEVER (UINT64_MAX)
// Python that stands in for hardware may go so deep.
#define HARDWARE_STACK (256 * 1024)

// As extmod/modasyncio.c has them: the desk's events are tasks in a queue of that module's.
typedef struct {
    mp_pairheap_t pairheap;
    mp_obj_t coro;
    mp_obj_t data;
    mp_obj_t state;
    mp_obj_t ph_key;
} event_t;

typedef struct {
    mp_obj_base_t base;
    event_t *first;
} events_t;

int32_t desk_left = INT32_MAX; // RV32 instructions to the end of the slice
static int32_t booked_at = INT32_MAX; // what it was when time was last booked
static uint32_t instruction_ps; // 0: running takes no time
static uint32_t booked_ps; // less than a microsecond
static uint64_t counted; // since the start, whether they take time or not
static unsigned int paused; // how deep
static bool in_hardware;
static bool held_off; // interrupts are disabled
static mp_int_t dropped;
static struct {
    uint16_t heap_lock;
    mp_uint_t stack_limit;
} firmware; // its own, while hardware runs

// events: the queue; strike: a function that runs those that are due.
MP_REGISTER_ROOT_POINTER(mp_obj_t desk_events);
MP_REGISTER_ROOT_POINTER(mp_obj_t desk_strike);

bool desk_firmware_costs(void) {
    return instruction_ps != 0 && !in_hardware;
}

void desk_book(void) {
    if (!in_hardware && paused == 0) {
        counted += booked_at - desk_left;
    }
    if (desk_firmware_costs()) {
        desk_strike_nears(booked_at - desk_left);
        uint64_t ps = (uint64_t)(booked_at - desk_left) * instruction_ps + booked_ps;
        desk_move_on(ps / PS_PER_US);
        booked_ps = ps % PS_PER_US;
    }
    booked_at = desk_left;
}

// When the next event is due, not before now.
static uint64_t next_us(uint64_t now_us) {
    events_t *events = MP_OBJ_TO_PTR(MP_STATE_VM(desk_events));
    if (events->first == NULL || held_off) {
        return NEVER;
    }
    // As ticks_diff: both wrap.
    mp_uint_t ahead = MP_OBJ_SMALL_INT_VALUE(events->first->ph_key) - (mp_uint_t)(now_us / 1000);
    mp_int_t gap_ms = ((ahead + MICROPY_PY_TIME_TICKS_PERIOD / 2) & (MICROPY_PY_TIME_TICKS_PERIOD - 1))
        - MICROPY_PY_TIME_TICKS_PERIOD / 2;
    return gap_ms <= 0 ? now_us : (now_us / 1000 + gap_ms) * 1000;
}

void desk_begin_slice(void) {
    if (instruction_ps == 0) {
        desk_left = INT32_MAX;
    } else {
        uint64_t now_us = desk_now_us();
        uint64_t left_us = MIN(next_us(now_us) - now_us, SLICE_US);
        desk_left = MIN((int32_t)(left_us * PS_PER_US / instruction_ps), desk_until_strike());
    }
    booked_at = desk_left;
}

static void enter_hardware(void) {
    desk_book();
    in_hardware = true;
    mp_sched_lock();
    firmware.heap_lock = MP_STATE_THREAD(gc_lock_depth);
    firmware.stack_limit = MP_STATE_THREAD(stack_limit);
    MP_STATE_THREAD(gc_lock_depth) = 0;
    MP_STATE_THREAD(stack_limit) = HARDWARE_STACK;
}

static void leave_hardware(void) {
    MP_STATE_THREAD(gc_lock_depth) = firmware.heap_lock;
    MP_STATE_THREAD(stack_limit) = firmware.stack_limit;
    mp_sched_unlock();
    in_hardware = false;
    booked_at = desk_left; // what it ran is nobody's
    desk_begin_slice();
}

// Run what is due. What it raises (a reset, the watchdog, the end of a run) is meant for the main
// program, which gets it at the next jump outside a handler.
static void strike(void) {
    bool nested = in_hardware;
    if (!nested) {
        enter_hardware();
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(MP_STATE_VM(desk_strike));
        nlr_pop();
    } else {
        mp_sched_exception(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    if (!nested) {
        leave_hardware();
    }
}

// At a jump, when the slice is used up.
void desk_due(void) {
    bool collecting = MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG; // a finaliser runs
    if (desk_firmware_costs() && !collecting) {
        uint64_t now_us = desk_now_us();
        if (next_us(now_us) <= now_us) {
            strike();
        }
    }
    if (in_hardware) {
        desk_left = INT32_MAX;
        return;
    }
    desk_book();
    desk_strike_at_random();
    desk_begin_slice();
}

void desk_sleep(uint64_t us) {
    uint64_t end_us = desk_now_us() + us;
    for (;;) {
        uint64_t now_us = desk_now_us();
        if (next_us(now_us) <= now_us) {
            strike();
        }
        mp_handle_pending(true);
        now_us = desk_now_us();
        if (now_us >= end_us) {
            break;
        }
        if (MP_STATE_VM(sched_state) != MP_SCHED_PENDING) {
            desk_move_on(MIN(next_us(now_us), end_us) - now_us);
        }
    }
    desk_begin_slice();
}

// Within hardware that waits for the firmware's sake: let handlers run that were scheduled.
static bool let_in(void) {
    leave_hardware();
    bool any = MP_STATE_VM(sched_state) == MP_SCHED_PENDING;
    while (MP_STATE_VM(sched_state) == MP_SCHED_PENDING) {
        mp_handle_pending(true);
    }
    enter_hardware();
    return any;
}

// rest(ms): in hardware, let time pass until something has happened, at most so long (negative: no
// limit). False if nothing will ever happen.
static mp_obj_t desk_rest(mp_obj_t ms_in) {
    if (let_in()) {
        return mp_const_true;
    }
    mp_int_t ms = mp_obj_get_int(ms_in);
    uint64_t now_us = desk_now_us();
    uint64_t event_us = next_us(now_us);
    uint64_t end_us = ms < 0 ? NEVER : MAX((now_us / 1000 + ms) * 1000, now_us);
    uint64_t until_us = MIN(event_us, end_us);
    if (until_us == NEVER) {
        return mp_const_false;
    }
    desk_move_on(until_us - now_us);
    if (event_us == until_us) {
        strike();
        let_in();
    }
    return mp_const_true;
}
MP_DEFINE_CONST_FUN_OBJ_1(desk_rest_obj, desk_rest);

// takes(units, units_a_second): what hardware does takes so long, and nothing strikes meanwhile.
static mp_obj_t desk_takes(mp_obj_t units, mp_obj_t rate) {
    if (instruction_ps != 0) {
        uint64_t us = (uint64_t)mp_obj_get_int(units) * US_PER_S;
        mp_int_t a_second = mp_obj_get_int(rate);
        desk_book();
        desk_move_on((us + a_second - 1) / a_second);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(desk_takes_obj, desk_takes);

// call(handler, argument): an interrupt's handler, of the firmware. An error in it is only printed.
static mp_obj_t desk_call(mp_obj_t handler, mp_obj_t argument) {
    if (instruction_ps != 0) {
        dropped += !mp_sched_schedule(handler, argument);
        return mp_const_none;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_1(handler, argument);
        nlr_pop();
    } else if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(((mp_obj_base_t *)nlr.ret_val)->type),
        MP_OBJ_FROM_PTR(&mp_type_Exception))) {
        mp_obj_print_exception(MICROPY_ERROR_PRINTER, MP_OBJ_FROM_PTR(nlr.ret_val));
    } else {
        nlr_jump(nlr.ret_val);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(desk_call_obj, desk_call);

// dropped(): handlers that found the queue full.
static mp_obj_t desk_dropped(void) {
    return MP_OBJ_NEW_SMALL_INT(dropped);
}
MP_DEFINE_CONST_FUN_OBJ_0(desk_dropped_obj, desk_dropped);

// interrupts(on): whether hardware may strike, and whether it might before. Time goes on.
static mp_obj_t desk_interrupts(mp_obj_t on) {
    bool was = !held_off;
    held_off = !mp_obj_is_true(on);
    if (desk_firmware_costs()) {
        desk_book();
        desk_begin_slice();
    }
    return mp_obj_new_bool(was);
}
MP_DEFINE_CONST_FUN_OBJ_1(desk_interrupts_obj, desk_interrupts);

// instructions(): those of RV32's that running is taken to cost, whether it takes time or not; modulo
// 2**30. Hardware's and what ran while counting was paused are not among them. Allocates nothing.
static mp_obj_t desk_instructions(void) {
    desk_book();
    return MP_OBJ_NEW_SMALL_INT(counted & 0x3FFFFFFF);
}
MP_DEFINE_CONST_FUN_OBJ_0(desk_instructions_obj, desk_instructions);

// pause(): do not count what follows, up to as many calls of go_on().
static mp_obj_t desk_pause(void) {
    desk_book();
    paused++;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(desk_pause_obj, desk_pause);

static mp_obj_t desk_go_on(void) {
    desk_book();
    paused--;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(desk_go_on_obj, desk_go_on);

// A function that stands in for hardware.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t function;
} hardware_t;

static mp_obj_t hardware_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    hardware_t *self = MP_OBJ_TO_PTR(self_in);
    if (!desk_firmware_costs()) {
        return mp_call_function_n_kw(self->function, n_args, n_kw, args);
    }
    enter_hardware();
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t result = mp_call_function_n_kw(self->function, n_args, n_kw, args);
        nlr_pop();
        leave_hardware();
        return result;
    }
    if (in_hardware) { // else it was raised by a handler that was let in
        leave_hardware();
    }
    nlr_jump(nlr.ret_val);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    hardware_type, MP_QSTR_hardware, MP_TYPE_FLAG_BINDS_SELF,
    call, hardware_call
    );

// hardware(function): the same function, standing in for hardware.
static mp_obj_t desk_hardware(mp_obj_t function) {
    hardware_t *self = mp_obj_malloc(hardware_t, &hardware_type);
    self->function = function;
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_1(desk_hardware_obj, desk_hardware);

// costs(ps, (events, strike)): from now on an RV32 instruction takes so many picoseconds of a clock
// that is held; 0: running takes no time. `events` is a TaskQueue, strike() runs what is due in it.
static mp_obj_t desk_costs(mp_obj_t ps_in, mp_obj_t hardware) {
    desk_book();
    mp_int_t ps = mp_obj_get_int(ps_in);
    #if defined(DESK_A_BYTECODE) || defined(DESK_BLOCKS)
    bool can = desk_is_held() && ps >= 0;
    #else
    bool can = false; // nothing counts here
    #endif
    if (ps != 0 && !can) {
        mp_raise_ValueError(MP_ERROR_TEXT("costs need a clock that is held"));
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(hardware, 2, &items);
    MP_STATE_VM(desk_events) = items[0];
    MP_STATE_VM(desk_strike) = items[1];
    instruction_ps = ps;
    held_off = false;
    booked_ps = dropped = 0;
    desk_begin_slice();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(desk_costs_obj, desk_costs);
