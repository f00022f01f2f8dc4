"""Exact versions of what is fetched and is not a host Python package (those: requirements.txt)."""

MICROPYTHON_VERSION = "1.25.0"

# Debian's source package holds the upstream tag file for file; only the tarball is used.
MICROPYTHON_PACKAGE = "micropython=1.25.0+ds-1"
MICROPYTHON_SUITE = "trixie"
MICROPYTHON_SHA256 = "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea"

# mbedTLS 2.28, on every machine alike: MicroPython 1.25 is not tried with Debian 13's 3.6.
MBEDTLS_PACKAGE = "libmbedtls-dev=2.28.3-1"
MBEDTLS_SUITE = "bookworm"
MBEDTLS_SHA256 = {
    "i386": "3ee62c65f69561f2a92ab4a67975cf68abcf868dc59607cf103fd0a26fb26812",
    "amd64": "78de9cd0ee6b6bb220ba3d59f1753281c459e7b08de374008ea3b970d8577a0e",
}

# Type checking of the firmware. stdlib-stubs of 1.25 do not know viper's pointer types yet.
PYRIGHT_NPM = "pyright@1.1.414"
TYPINGS = ("micropython-esp32-stubs==1.25.0.post5", "micropython-stdlib-stubs==1.29.0.post2")
