// Ctrl-C on the console, as on the ESP32: its UART's interrupt takes the byte out of what came and
// raises KeyboardInterrupt in whatever runs, unless `micropython.kbd_intr(-1)` has been called.
//
// The linker sends the port's calls of two functions here. The desk notices the byte when the
// program next reads its console, and not before; unless the console is a terminal of the program's
// own, taken with the module `_console`: then the terminal takes the byte out, at any moment.

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"

void __real_mp_hal_set_interrupt_char(char c);
void __wrap_mp_hal_set_interrupt_char(char c);
ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

static int interrupt_char = -1;
static bool taken;
static bool cooked;

static void on_signal(int signal_number) {
    (void)signal_number;
    mp_sched_keyboard_interrupt();
}

// The terminal as the chip's UART driver would be: raw, but for the interrupt byte and line ends.
static void set_terminal(void) {
    struct termios mode;
    if (!taken || tcgetattr(STDIN_FILENO, &mode) != 0) {
        return;
    }
    cfmakeraw(&mode);
    if (interrupt_char >= 0) {
        // No signal but this one, and nothing that waits in either direction is thrown away.
        for (int i = 0; i < NCCS; i++) {
            mode.c_cc[i] = _POSIX_VDISABLE;
        }
        mode.c_cc[VMIN] = 1;
        mode.c_cc[VTIME] = 0;
        mode.c_cc[VINTR] = interrupt_char;
        mode.c_lflag |= ISIG | NOFLSH;
        // The port's own handler ends the program when a second byte comes before the first is seen.
        struct sigaction action = { .sa_handler = on_signal };
        sigaction(SIGINT, &action, NULL);
    }
    if (cooked) {
        mode.c_oflag |= OPOST | ONLCR;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

void __wrap_mp_hal_set_interrupt_char(char c) {
    interrupt_char = (signed char)c;
    // Of the port: it lets the signal SIGINT do the same.
    __real_mp_hal_set_interrupt_char(c);
    set_terminal();
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

// take(cooked): the terminal that our input is has no other user; cooked: "\n" is sent as "\r\n".
static mp_obj_t console_take(mp_obj_t cooked_in) {
    taken = true;
    // Signals go to whom the terminal controls. It may do so already, or be none.
    ioctl(STDIN_FILENO, TIOCSCTTY, 0);
    cooked = mp_obj_is_true(cooked_in);
    set_terminal();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_take_obj, console_take);

// read(buffer): how many bytes have come, at least one, the interrupt byte like any other.
static mp_obj_t console_read(mp_obj_t buffer_in) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(buffer_in, &buffer, MP_BUFFER_WRITE);
    ssize_t got;
    MP_HAL_RETRY_SYSCALL(got, __real_read(STDIN_FILENO, buffer.buf, buffer.len), {
        mp_raise_OSError(err);
    });
    return MP_OBJ_NEW_SMALL_INT(got);
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_read_obj, console_read);

static const mp_rom_map_elem_t console_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__console) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&console_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_take), MP_ROM_PTR(&console_take_obj) },
};
static MP_DEFINE_CONST_DICT(console_globals, console_globals_table);

const mp_obj_module_t console_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&console_globals,
};

MP_REGISTER_MODULE(MP_QSTR__console, console_module);
