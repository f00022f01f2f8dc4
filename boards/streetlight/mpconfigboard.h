// `tomo image build` knows a program by this name.
#define MICROPY_HW_BOARD_NAME "Tomoshibi streetlight"
#include "../esp32/common.h"
