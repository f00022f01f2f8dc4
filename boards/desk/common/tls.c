// Keeps mbedTLS quiet. Debian builds it with debug output and MicroPython asks for level 3, which
// would print every handshake on the console; the linker sends that call here instead.

void __wrap_mbedtls_debug_set_threshold(int threshold);

void __wrap_mbedtls_debug_set_threshold(int threshold) {
    (void)threshold;
}
