// A reset of the chip, and what outlives it: the module `_reset`.
//
// A reset unwinds nothing: no `finally`, no `except` sees it. Memory that keeps its bytes through
// one is a file's, shared with the host, so that they are there however the process ended.

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "py/objarray.h"
#include "py/runtime.h"

// end(status): the process is gone.
static mp_obj_t reset_end(mp_obj_t status) {
    _exit(mp_obj_get_int(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(reset_end_obj, reset_end);

// memory(path, size): the file's first bytes, zero where it is new, to read and to write.
static mp_obj_t reset_memory(mp_obj_t path, mp_obj_t size_in) {
    size_t size = mp_obj_get_int(size_in);
    int fd = open(mp_obj_str_get_str(path), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        mp_raise_OSError(errno);
    }
    void *bytes = MAP_FAILED;
    if (ftruncate(fd, size) == 0) {
        bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    int error = errno;
    close(fd);
    if (bytes == MAP_FAILED) {
        mp_raise_OSError(error);
    }
    return mp_obj_new_memoryview('B' | MP_OBJ_ARRAY_TYPECODE_FLAG_RW, size, bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_2(reset_memory_obj, reset_memory);

static const mp_rom_map_elem_t reset_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__reset) },
    { MP_ROM_QSTR(MP_QSTR_end), MP_ROM_PTR(&reset_end_obj) },
    { MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&reset_memory_obj) },
};
static MP_DEFINE_CONST_DICT(reset_globals, reset_globals_table);

const mp_obj_module_t reset_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&reset_globals,
};

MP_REGISTER_MODULE(MP_QSTR__reset, reset_module);
