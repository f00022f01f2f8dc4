// Ctrl-C on the console, as on the ESP32: its UART's interrupt takes the byte out of what came and
// raises KeyboardInterrupt in whatever runs, unless `micropython.kbd_intr(-1)` has been called.
//
// The linker sends the port's calls of two functions here. The desk notices the byte when the
// program next reads its console, and not before.

#include <errno.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"

void __real_mp_hal_set_interrupt_char(char c);
void __wrap_mp_hal_set_interrupt_char(char c);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

static int interrupt_char = -1;

void __wrap_mp_hal_set_interrupt_char(char c) {
    interrupt_char = (signed char)c;
    // Of the port: it lets the signal SIGINT do the same.
    __real_mp_hal_set_interrupt_char(c);
}

ssize_t __wrap_read(int fd, void *buf, size_t size) {
    ssize_t got = __real_read(fd, buf, size);
    if (fd != STDIN_FILENO || interrupt_char < 0) {
        return got;
    }
    unsigned char *bytes = buf;
    ssize_t left = 0;
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] != interrupt_char) {
            bytes[left++] = bytes[i];
        }
    }
    if (left >= got) {
        return got;
    }
    mp_sched_keyboard_interrupt();
    if (left == 0) {
        // Nothing is left, which is not the end of the file: the caller sees what is pending.
        errno = EINTR;
        return -1;
    }
    return left;
}
