// desk64: 64-bit words and doubles, for finding code that leans on one word size.
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_DOUBLE)
#include "../common/features.h"
