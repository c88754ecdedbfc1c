# The flags every target of ours is built with; ci/hardening checks the result in each ELF.
add_library(ms_flags INTERFACE)

target_compile_options(ms_flags INTERFACE
  -Wall -Wextra -Wformat -Werror=format-security -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  # The rules of server/base/thread_annotations.h: which loop may touch what.
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety> $<$<CXX_COMPILER_ID:Clang>:-Werror=thread-safety>
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  -ftrivial-auto-var-init=zero -g)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies inside std::string's operator+ where there are none (GCC bug 105651).
  target_compile_options(ms_flags INTERFACE -Wno-restrict)
endif()
if(MS_WERROR)
  target_compile_options(ms_flags INTERFACE -Werror)
endif()
target_compile_definitions(ms_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(ms_flags INTERFACE
  -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)

if(MS_SANITIZE STREQUAL "address")
  set(sanitizer -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(MS_SANITIZE STREQUAL "thread")
  # Asio's fences are of no use to us (one thread per loop), and unknown to the sanitizer.
  set(sanitizer -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
endif()
if(MS_SANITIZE)
  # Lines are enough for a sanitizer's words, and compile a sixth faster than all the types.
  target_compile_options(ms_flags INTERFACE ${sanitizer} -g1)
  target_link_options(ms_flags INTERFACE ${sanitizer})
else()
  # FORTIFY wants an optimised build, and sanitizers have checks of their own. Debian's compiler may
  # predefine a lower level.
  target_compile_options(ms_flags INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
if(MS_FUZZ)
  target_compile_options(ms_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
