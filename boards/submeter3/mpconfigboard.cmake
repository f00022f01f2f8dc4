include(${CMAKE_CURRENT_LIST_DIR}/../esp32/common.cmake)
