# Compiler and linker settings that every target gets.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# Release keeps line tables: a crash in production names a line.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

find_program(MI_CCACHE ccache)
if(MI_CCACHE)
  # Paths relative to the source root, so that build folders share the cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MI_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MI_MOLD mold)
if(MI_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(mi_warnings INTERFACE)
target_compile_options(mi_warnings INTERFACE -Wall -Wextra -Wpedantic -Werror -Wnon-virtual-dtor -Wold-style-cast
  -Wno-missing-field-initializers)
if(MI_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # The checks that a sanitizer inserts confuse this warning, in the standard
  # library's own headers too.
  target_compile_options(mi_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(mi_warnings INTERFACE -Wthread-safety)
endif()

add_compile_options(-fstack-protector-strong -fcf-protection)
add_link_options(-Wl,-z,relro,-z,now)
if(MI_SANITIZE)
  add_compile_options(-fsanitize=${MI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${MI_SANITIZE})
else()
  add_compile_definitions($<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)

include_directories(${CMAKE_SOURCE_DIR})
