// Work that is moved to a loop and run there once.
#pragma once

#include <functional>

namespace ms {

using Task = std::move_only_function<void()>;

}  // namespace ms
