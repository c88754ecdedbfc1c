// What the process gives up at its start, before it makes a thread: only the memory allocator's is
// there.
#pragma once

#include <cstdint>
#include <string>

namespace ms::app {

// Goes on as this user, and the group of the same number. Empty when it is so now; otherwise why
// not: only root may change.
std::string becomeUser(std::uint32_t user_id);

// From now on the kernel refuses to start a program from any thread of this process, or from its
// children (EPERM), and what it starts gains no privileges. Empty, or why not.
std::string blockProgramStart();

}  // namespace ms::app
