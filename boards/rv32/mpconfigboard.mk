# RV32IMAC, the instruction set of the ESP32-C3 and C6, on QEMU's machine `virt`; no board exists.
#
# Given on the command line by the bootstrap: FROZEN_MANIFEST.

QEMU_ARCH = riscv32
QEMU_MACHINE = virt

# By the older reading of the name it has the counters' instructions, and there are libraries for it.
RV32_ARCH = rv32imac
AFLAGS += -misa-spec=2.2
LDFLAGS += -misa-spec=2.2

RV32_ROOT = $(abspath $(BOARD_DIR)/../..)

CFLAGS += -DQEMU_SOC_VIRT
CFLAGS += -DMICROPY_HW_MCU_NAME='"$(RV32_ARCH)"'
CFLAGS += -I$(RV32_ROOT) -DMP_CONFIGFILE='"boards/rv32/config.h"'
# The C library has these, and shows them where its headers are asked.
CFLAGS += -D_POSIX_TIMERS=1 -D_POSIX_MONOTONIC_CLOCK=200112L

LDSCRIPT = mcu/rv32/virt.ld
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
MPY_CROSS_FLAGS += -march=rv32imc

# An error's words stay readable where the heap is locked.
MICROPY_ROM_TEXT_COMPRESSION = 0
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 1

# Any folder with a README.md, as for the desk.
MPY_LIB_DIR = $(TOP)/lib

SRC_C += \
	shared/timeutils/timeutils.c \
	$(RV32_ROOT)/boards/desk/common/clock.c \
	$(RV32_ROOT)/boards/desk/common/costs.c \
	$(RV32_ROOT)/boards/desk/common/strikes.c \
	$(RV32_ROOT)/boards/desk/common/stack.c \
	$(RV32_ROOT)/boards/rv32/chip.c \
	$(RV32_ROOT)/boards/rv32/stack.c
