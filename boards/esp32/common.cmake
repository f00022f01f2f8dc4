# What every board's mpconfigboard.cmake sets. MicroPython's ports/esp32/CMakeLists.txt includes that
# file, joins the sdkconfig files that are named here, and has ESP-IDF build with the result.

set(IDF_TARGET esp32)

# The table's place must be whole here, and nothing is expanded within an sdkconfig file.
file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${CMAKE_CURRENT_LIST_DIR}/partitions.csv\"\n"
)

# Of two settings of one option the later counts. Names without a folder of ours are the port's.
# boards/sdkconfig.ble is not among them: Bluetooth reserves 56 KB of RAM for as long as the chip
# runs, as much as all of Python's first heap.
# 240 MHz and not the 160 that ESP-IDF takes by itself: the control path has 20 ms for a round.
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/sdkconfig.240mhz
    ${CMAKE_CURRENT_LIST_DIR}/sdkconfig.board
    ${CMAKE_BINARY_DIR}/sdkconfig.partitions
)

# Not the port's own: its start-up waits for ever on a damaged file system.
set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
