# desk32: 32-bit words and boxed 32-bit floats, the arithmetic of the ESP32.
PROG = desk32
CC += -m32
CXX += -m32
LD += -m32
include $(VARIANT_DIR)/../common/desk.mk
