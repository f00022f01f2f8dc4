// The one clock of the desk build, and the module `_desk` that stops and moves it.
//
// Two values: the monotonic time in microseconds since somebody first asked for it, and the
// calendar in nanoseconds since 2000-01-01 UTC. Both follow the host until `_desk.hold`; from then
// on they move only by `_desk.advance` and by sleeping, which takes no time at all, unless running
// is told to take time (costs.c).

#include <errno.h>
#include <time.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/smallint.h"

#include "boards/desk/common/clock.h"
#include "boards/desk/common/costs.h"

#define NS_PER_S (1000000000ULL)
#define US_PER_S (1000000ULL)

// From 1970-01-01 to 2000-01-01: 30 years of 365 days and 7 leap days.
#define EPOCH_2000_S (946684800ULL)

static bool held;
static bool started;
static uint64_t held_us; // monotonic time while held
static uint64_t held_ns; // calendar while held
static uint64_t host_zero_us; // the host's monotonic clock where ours reads 0

static uint64_t host_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

static uint64_t monotonic_us(void) {
    if (!started) {
        // Counting from the first look, not from the start of the process, makes a program that
        // holds the clock first see the same times in every run.
        started = true;
        host_zero_us = host_us();
        return 0; // the host's clock may move on before it is read again
    }
    return held ? held_us : host_us() - host_zero_us;
}

uint64_t desk_now_us(void) {
    desk_book();
    return monotonic_us();
}

bool desk_is_held(void) {
    return held;
}

void desk_move_on(uint64_t us) {
    held_us += us;
    held_ns += us * 1000;
}

uintptr_t desk_ticks_us(void) {
    return (uintptr_t)desk_now_us();
}

uintptr_t desk_ticks_ms(void) {
    return (uintptr_t)(desk_now_us() / 1000);
}

uint64_t desk_time_ns(void) {
    if (held) {
        desk_book();
        return held_ns;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec - EPOCH_2000_S) * NS_PER_S + now.tv_nsec;
}

// Sleep on the host until `end_us` of our own clock, letting signals and scheduled calls in.
static void wait_until(uint64_t end_us) {
    for (;;) {
        mp_handle_pending(true);
        uint64_t now_us = monotonic_us();
        if (held || now_us >= end_us) {
            return;
        }
        // Woken early by a signal or not: the loop looks at the clock again.
        uint64_t left_us = end_us - now_us;
        struct timespec left = {
            .tv_sec = left_us / US_PER_S,
            .tv_nsec = (left_us % US_PER_S) * 1000,
        };
        nanosleep(&left, NULL);
    }
}

static void delay(uint64_t us) {
    if (desk_firmware_costs()) {
        desk_sleep(us);
    } else if (held) {
        desk_move_on(us);
        mp_handle_pending(true);
    } else {
        wait_until(monotonic_us() + us);
    }
}

void desk_delay_ms(uintptr_t ms) {
    delay((uint64_t)ms * 1000);
}

void desk_delay_us(mp_uint_t us) {
    delay(us);
}

// hold(seconds_since_2000): stop both clocks; the calendar is set, the monotonic time stays.
static mp_obj_t desk_hold(mp_obj_t seconds) {
    // mp_obj_get_int stops at 2**31 s (2068) on desk32; unsigned reaches 2136.
    mp_uint_t calendar_s = mp_obj_int_get_uint_checked(seconds);
    held_us = desk_now_us();
    held_ns = (uint64_t)calendar_s * NS_PER_S;
    held = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(desk_hold_obj, desk_hold);

// advance(ms): move a held clock on. A clock that follows the host cannot be pushed.
static mp_obj_t desk_advance(mp_obj_t ms_in) {
    mp_int_t ms = mp_obj_get_int(ms_in);
    if (!held || ms < 0) {
        mp_raise_ValueError(held ? MP_ERROR_TEXT("ms < 0") : MP_ERROR_TEXT("clock is not held"));
    }
    desk_move_on((uint64_t)ms * 1000);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(desk_advance_obj, desk_advance);

// follow(): follow the host again. The monotonic time goes on from where it was held.
static mp_obj_t desk_follow(void) {
    if (held) {
        host_zero_us = host_us() - held_us;
        held = false;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(desk_follow_obj, desk_follow);

static mp_obj_t desk_held(void) {
    return mp_obj_new_bool(held);
}
static MP_DEFINE_CONST_FUN_OBJ_0(desk_held_obj, desk_held);

static const mp_rom_map_elem_t desk_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__desk) },
    { MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&desk_hold_obj) },
    { MP_ROM_QSTR(MP_QSTR_advance), MP_ROM_PTR(&desk_advance_obj) },
    { MP_ROM_QSTR(MP_QSTR_follow), MP_ROM_PTR(&desk_follow_obj) },
    { MP_ROM_QSTR(MP_QSTR_held), MP_ROM_PTR(&desk_held_obj) },
    { MP_ROM_QSTR(MP_QSTR_costs), MP_ROM_PTR(&desk_costs_obj) },
    { MP_ROM_QSTR(MP_QSTR_hardware), MP_ROM_PTR(&desk_hardware_obj) },
    { MP_ROM_QSTR(MP_QSTR_takes), MP_ROM_PTR(&desk_takes_obj) },
    { MP_ROM_QSTR(MP_QSTR_rest), MP_ROM_PTR(&desk_rest_obj) },
    { MP_ROM_QSTR(MP_QSTR_call), MP_ROM_PTR(&desk_call_obj) },
    { MP_ROM_QSTR(MP_QSTR_interrupts), MP_ROM_PTR(&desk_interrupts_obj) },
    { MP_ROM_QSTR(MP_QSTR_dropped), MP_ROM_PTR(&desk_dropped_obj) },
    { MP_ROM_QSTR(MP_QSTR_instructions), MP_ROM_PTR(&desk_instructions_obj) },
    { MP_ROM_QSTR(MP_QSTR_pause), MP_ROM_PTR(&desk_pause_obj) },
    { MP_ROM_QSTR(MP_QSTR_go_on), MP_ROM_PTR(&desk_go_on_obj) },
};
static MP_DEFINE_CONST_DICT(desk_globals, desk_globals_table);

const mp_obj_module_t desk_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&desk_globals,
};

MP_REGISTER_MODULE(MP_QSTR__desk, desk_module);
