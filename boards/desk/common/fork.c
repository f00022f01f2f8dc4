// Many futures of one node: the module `_fork`.
//
// What a node has to live through before something can happen to it takes a minute of its time. A
// proof that wants a thousand such moments lives to each once, and has a copy of the process go on.
// Files are the parent's: what a copy writes into the chip's, the parent finds there.

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "py/runtime.h"

// fork(): 0 in the copy, in the parent the copy's number. Raises OSError.
static mp_obj_t fork_fork(void) {
    pid_t child = fork();
    if (child < 0) {
        mp_raise_OSError(errno);
    }
    return mp_obj_new_int(child);
}
static MP_DEFINE_CONST_FUN_OBJ_0(fork_fork_obj, fork_fork);

// wait(number): the status with which that copy ended; minus the signal that ended it.
static mp_obj_t fork_wait(mp_obj_t number) {
    int status;
    while (waitpid(mp_obj_get_int(number), &status, 0) < 0) {
        if (errno != EINTR) {
            mp_raise_OSError(errno);
        }
    }
    return MP_OBJ_NEW_SMALL_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(fork_wait_obj, fork_wait);

// end(status): end a copy at once; nothing is unwound, and nobody waits for its clock.
static mp_obj_t fork_end(mp_obj_t status) {
    _exit(mp_obj_get_int(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(fork_end_obj, fork_end);

static const mp_rom_map_elem_t fork_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__fork) },
    { MP_ROM_QSTR(MP_QSTR_fork), MP_ROM_PTR(&fork_fork_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&fork_wait_obj) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&fork_end_obj) },
};
static MP_DEFINE_CONST_DICT(fork_globals, fork_globals_table);

const mp_obj_module_t fork_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&fork_globals,
};

MP_REGISTER_MODULE(MP_QSTR__fork, fork_module);
