# desk32c: desk32, in which the costed clock counts basic blocks of C in place of byte codes. What is
# long in C costs its time so, and all of it runs five times as slowly.
PROG = desk32c
CC += -m32
CXX += -m32
LD += -m32
CFLAGS += -DDESK_BLOCKS=1 -fsanitize-coverage=trace-pc
include $(VARIANT_DIR)/../common/desk.mk
