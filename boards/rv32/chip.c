// What the processor has executed, and the module `_rv32` that tells it.
//
// Under QEMU's `-icount shift=0` the counter of retired instructions is exact and the same in every
// run. What stands in for hardware is left out: it costs the device nothing, or something else.

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

#define NS_PER_S (1000000000ULL)

static unsigned int paused; // how deep
static uint64_t paused_at;
static uint64_t left_out;

static uint64_t executed(void) {
    uint32_t high, low, again;
    do {
        __asm volatile ("rdinstreth %0\n rdinstret %1\n rdinstreth %2\n"
            : "=r" (high), "=r" (low), "=r" (again));
    } while (high != again);
    return (uint64_t)high << 32 | low;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return executed();
}

// Of the C library, for clock.c while it does not hold its clock: an instruction takes 1 ns.
int clock_gettime(clockid_t clock, struct timespec *now) {
    (void)clock;
    uint64_t ns = executed();
    now->tv_sec = ns / NS_PER_S;
    now->tv_nsec = ns % NS_PER_S;
    return 0;
}

int nanosleep(const struct timespec *time, struct timespec *left) {
    (void)left;
    uint64_t end = executed() + time->tv_sec * NS_PER_S + time->tv_nsec;
    while (executed() < end) {
    }
    return 0;
}

// instructions(): executed and not left out, modulo 2**30. Allocates nothing.
static mp_obj_t rv32_instructions(void) {
    uint64_t now = paused ? paused_at : executed();
    return MP_OBJ_NEW_SMALL_INT((now - left_out) & 0x3FFFFFFF);
}
static MP_DEFINE_CONST_FUN_OBJ_0(rv32_instructions_obj, rv32_instructions);

// pause(): leave out what follows, up to as many calls of go_on().
static mp_obj_t rv32_pause(void) {
    if (paused++ == 0) {
        paused_at = executed();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(rv32_pause_obj, rv32_pause);

static mp_obj_t rv32_go_on(void) {
    if (--paused == 0) {
        left_out += executed() - paused_at;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(rv32_go_on_obj, rv32_go_on);

// end(status): QEMU ends with it.
static mp_obj_t rv32_end(mp_obj_t status) {
    exit(mp_obj_get_int(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(rv32_end_obj, rv32_end);

static const mp_rom_map_elem_t rv32_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__rv32) },
    { MP_ROM_QSTR(MP_QSTR_instructions), MP_ROM_PTR(&rv32_instructions_obj) },
    { MP_ROM_QSTR(MP_QSTR_pause), MP_ROM_PTR(&rv32_pause_obj) },
    { MP_ROM_QSTR(MP_QSTR_go_on), MP_ROM_PTR(&rv32_go_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&rv32_end_obj) },
};
static MP_DEFINE_CONST_DICT(rv32_globals, rv32_globals_table);

const mp_obj_module_t rv32_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&rv32_globals,
};

MP_REGISTER_MODULE(MP_QSTR__rv32, rv32_module);

// As bootstrap/rv32.py has them: a word that QEMU may set, and memory beyond the linker's script.
#define HEAP_SIZE (*(const volatile uint32_t *)0x80801000)
#define HEAP ((char *)0x82000000)

// Called when the interpreter is ready. 1 is a program that raised.
void rv32_run(void) {
    static bool anew;
    if (HEAP_SIZE != 0 && !anew) {
        anew = true;
        gc_init(HEAP, HEAP + HEAP_SIZE);
        mp_init(); // calls this again, and does not return
    }
    int ended = pyexec_frozen_module("rv32_boot.py", false);
    exit(ended == 1 ? 0 : 1);
}
