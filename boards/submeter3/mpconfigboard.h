// `tomo image build` knows a program by this name.
#define MICROPY_HW_BOARD_NAME "Tomoshibi submeter3"
#include "../esp32/common.h"
