// How deep the C stack was used, and the module `_depth` that tells it.
//
// What is below the caller is painted, and read later: whatever has been there left its mark.

#include "py/cstack.h"
#include "py/mpstate.h"
#include "py/runtime.h"

// The caller's own frames: `paint` must not write into them.
#define OWN (256)
// Deeper than any chip lets Python go.
#define MOST (24 * 1024)
// No frame has so many words in a row that it never writes to.
#define CLEAN (512)
#define MARK (0x5EA1B0A7)

static volatile uint32_t *lowest(void) {
    return (volatile uint32_t *)(MP_STATE_THREAD(stack_top) - MOST);
}

// here(): bytes in use where this is called.
static mp_obj_t depth_here(void) {
    return MP_OBJ_NEW_SMALL_INT(mp_cstack_usage());
}
static MP_DEFINE_CONST_FUN_OBJ_0(depth_here_obj, depth_here);

// paint(): forget how deep it was, below the caller. Allocates nothing.
static mp_obj_t depth_paint(void) {
    volatile uint32_t own;
    volatile uint32_t *each = (uint32_t *)((char *)&own - OWN);
    for (unsigned int clean = 0; clean < CLEAN && each >= lowest(); each--) {
        clean = *each == MARK ? clean + 1 : 0;
        *each = MARK;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(depth_paint_obj, depth_paint);

// deepest(): bytes that were in use at most since the last paint(), by what was called here.
static mp_obj_t depth_deepest(void) {
    volatile uint32_t own;
    volatile uint32_t *each = (uint32_t *)((char *)&own - OWN);
    volatile uint32_t *deepest = each;
    for (unsigned int clean = 0; clean < CLEAN && each >= lowest(); each--) {
        if (*each == MARK) {
            clean++;
        } else {
            clean = 0;
            deepest = each;
        }
    }
    return MP_OBJ_NEW_SMALL_INT(MP_STATE_THREAD(stack_top) - (char *)deepest);
}
static MP_DEFINE_CONST_FUN_OBJ_0(depth_deepest_obj, depth_deepest);

static const mp_rom_map_elem_t depth_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__depth) },
    { MP_ROM_QSTR(MP_QSTR_here), MP_ROM_PTR(&depth_here_obj) },
    { MP_ROM_QSTR(MP_QSTR_paint), MP_ROM_PTR(&depth_paint_obj) },
    { MP_ROM_QSTR(MP_QSTR_deepest), MP_ROM_PTR(&depth_deepest_obj) },
};
static MP_DEFINE_CONST_DICT(depth_globals, depth_globals_table);

const mp_obj_module_t depth_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&depth_globals,
};

MP_REGISTER_MODULE(MP_QSTR__depth, depth_module);
