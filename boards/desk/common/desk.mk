# What both desk sizes share. `=` and not `?=`: the port has set its defaults already.
#
# Given on the command line by the bootstrap: FROZEN_MANIFEST, and TLS_PREFIX (headers and static
# libraries of mbedTLS for this word size; empty builds without TLS).

DESK_ROOT = $(abspath $(VARIANT_DIR)/../../..)
DESK_COMMON = $(abspath $(VARIANT_DIR)/../common)

# The port's default is the smallest code. Here speed pays for itself within one run of the tests:
# a quarter less time, and no relocation of the frozen files at each start.
COPT = -O2 -fno-pie
LDFLAGS += -no-pie

MICROPY_PY_FFI = 0
MICROPY_PY_JNI = 0
MICROPY_PY_BTREE = 0
MICROPY_PY_THREAD = 0
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 1

# Any folder with a README.md: micropython-lib itself is neither there nor needed.
MPY_LIB_DIR = $(TOP)/lib

SRC_C += $(filter-out %/tls.c,$(wildcard $(DESK_COMMON)/*.c))
# Before the tree's own folders: vm/py/vmentrytable.h stands in for a header of its.
CFLAGS += -I$(DESK_COMMON)/vm -I$(DESK_ROOT) -DMP_CONFIGFILE='"boards/desk/common/config.h"'
# To console.c.
LDFLAGS += -Wl,--wrap=read -Wl,--wrap=mp_hal_set_interrupt_char

# The port's own mbedTLS switch stays off: it would look for sources that are not in the tree.
MICROPY_SSL_MBEDTLS = 0
ifeq ($(TLS_PREFIX),)
MICROPY_PY_SSL = 0
else
MICROPY_PY_SSL = 1
SRC_C += $(DESK_COMMON)/tls.c
CFLAGS += -DMICROPY_SSL_MBEDTLS=1 -I$(TLS_PREFIX)/include
LDFLAGS += -L$(TLS_PREFIX)/lib -Wl,-Bstatic -lmbedtls -lmbedx509 -lmbedcrypto -Wl,-Bdynamic
LDFLAGS += -Wl,--wrap=mbedtls_debug_set_threshold
endif
