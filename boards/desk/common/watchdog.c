// The part of the desk's watchdog that works while the firmware hangs, and the module `_watchdog`.
//
// In real time the host's interval timer ends a process whose event loop never comes round again,
// as the hardware would. Held clocks do not need it: there, only a loop that comes round moves
// time at all, or running does, and then the watchdog's event strikes in the loop (costs.c).

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"

// As WATCHDOG_EXIT in stubs/unix/machine_timers.py.
#define EXIT_STATUS (3)

static unsigned long timeout_ms;

static void bite(int signal_number) {
    (void)signal_number;
    char line[80];
    unsigned long now_ms = (unsigned long)mp_hal_ticks_ms();
    int length = snprintf(line, sizeof(line),
        "{\"t\": %lu.%03lu, \"event\": \"watchdog\", \"timeout_ms\": %lu}\n",
        now_ms / 1000, now_ms % 1000, timeout_ms);
    // Nothing can be done about a console that nobody reads any more.
    ssize_t written = write(STDOUT_FILENO, line, length);
    (void)written;
    _exit(EXIT_STATUS);
}

// guard(timeout_ms, grace_ms): end the process unless called again within the sum of both.
static mp_obj_t watchdog_guard(mp_obj_t timeout_in, mp_obj_t grace_in) {
    timeout_ms = mp_obj_get_int(timeout_in);
    unsigned long end_ms = timeout_ms + mp_obj_get_int(grace_in);
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = bite;
    sigaction(SIGALRM, &action, NULL);
    struct itimerval once = {
        .it_value = { .tv_sec = end_ms / 1000, .tv_usec = end_ms % 1000 * 1000 },
    };
    setitimer(ITIMER_REAL, &once, NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(watchdog_guard_obj, watchdog_guard);

static const mp_rom_map_elem_t watchdog_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__watchdog) },
    { MP_ROM_QSTR(MP_QSTR_guard), MP_ROM_PTR(&watchdog_guard_obj) },
};
static MP_DEFINE_CONST_DICT(watchdog_globals, watchdog_globals_table);

const mp_obj_module_t watchdog_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&watchdog_globals,
};

MP_REGISTER_MODULE(MP_QSTR__watchdog, watchdog_module);
