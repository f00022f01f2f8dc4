// How deep Python may go: the module `_stack`.
//
// The port's limit is several times a chip's. On the ESP32 a timer or a pin's handler runs on the
// stack of whatever it interrupts: what is too deep there must be too deep here.

#include "py/cstack.h"
#include "py/runtime.h"

// limit(bytes): from here on RuntimeError after so many more. Only the limit moves: the stack's top
// is what the collector looks from.
static mp_obj_t stack_limit(mp_obj_t bytes) {
    MP_STATE_THREAD(stack_limit) = mp_cstack_usage() + mp_obj_get_int(bytes);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(stack_limit_obj, stack_limit);

static const mp_rom_map_elem_t stack_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__stack) },
    { MP_ROM_QSTR(MP_QSTR_limit), MP_ROM_PTR(&stack_limit_obj) },
};
static MP_DEFINE_CONST_DICT(stack_globals, stack_globals_table);

const mp_obj_module_t stack_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&stack_globals,
};

MP_REGISTER_MODULE(MP_QSTR__stack, stack_module);
