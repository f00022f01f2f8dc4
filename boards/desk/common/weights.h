// What running Python is taken to cost where the clock counts it (costs.c): RV32 instructions.
//
// Fitted to 49 operations counted on RV32 under QEMU: 39 of them within a factor of 2, the control path,
// drivers and codec within 20 %. What is one long call in C costs more there: finding in bytes 23
// times, parsing JSON and formatting some 15 times.

#ifndef TOMOSHIBI_DESK_WEIGHTS_H
#define TOMOSHIBI_DESK_WEIGHTS_H

#include <stdint.h>

#ifdef DESK_BLOCKS
// A piece of C that runs from its beginning to its end (blocks.c).
#define DESK_A_PIECE (5)
#else
#define DESK_A_BYTECODE (60)
#define DESK_A_CALL (300)
#define DESK_A_BLOCK (15) // of the heap, that a collection or a search for room looks at
#endif

extern int32_t desk_left;
void desk_due(void);

// At each jump, directly before the interpreter looks for scheduled calls.
#define MICROPY_VM_HOOK_LOOP if (desk_left <= 0) { desk_due(); }
#ifndef DESK_BLOCKS
// An entry of the interpreter: a call, a generator that goes on, an exception caught.
#define MICROPY_VM_HOOK_INIT desk_left -= DESK_A_CALL;
#define MICROPY_GC_HOOK_LOOP(i) (desk_left -= DESK_A_BLOCK)
#endif

#endif
