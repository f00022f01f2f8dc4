// desk32: 32-bit words and boxed 32-bit floats, the arithmetic of the ESP32.
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#include "../common/features.h"
