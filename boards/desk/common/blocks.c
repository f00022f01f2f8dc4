// desk32c alone: pieces of C are counted, as the compiler calls a function at the beginning of each.
//
// How many there are depends on addresses, as hash tables and a collection do. So the program is
// started again at once with addresses that are the same in every run, where that is allowed.

#ifdef DESK_BLOCKS

#include <sys/personality.h>
#include <unistd.h>

#include "py/mpconfig.h"

#define UNCOUNTED __attribute__((no_sanitize_coverage))

void __sanitizer_cov_trace_pc(void);

UNCOUNTED void __sanitizer_cov_trace_pc(void) {
    desk_left -= DESK_A_PIECE;
}

__attribute__((constructor)) UNCOUNTED static void same_addresses(int argc, char **argv, char **environment) {
    (void)argc;
    int now = personality(0xFFFFFFFF);
    if (now != -1 && !(now & ADDR_NO_RANDOMIZE) && personality(now | ADDR_NO_RANDOMIZE) != -1) {
        execve("/proc/self/exe", argv, environment);
    }
}

#endif
