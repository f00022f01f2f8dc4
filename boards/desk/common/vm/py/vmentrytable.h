// The interpreter's table of byte codes, and one counted each time it is looked into.
//
// Found before MicroPython's own, whose name it has. The interpreter reads `entry_table[...]`.

#include_next "py/vmentrytable.h"
#ifdef DESK_A_BYTECODE
#define entry_table (desk_left -= DESK_A_BYTECODE, entry_table)
#endif
