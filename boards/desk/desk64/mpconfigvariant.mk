# desk64: 64-bit words and doubles, for finding code that leans on one word size.
PROG = desk64
include $(VARIANT_DIR)/../common/desk.mk
