// How a method that takes long gives its result: called exactly once, on the object's loop, at once
// or later. Move-only, so that it cannot be given to two who would both call it.
#pragma once

#include <expected>
#include <functional>

#include "server/model/api_error.h"

namespace ms::model {

template <typename T>
using Answer = std::move_only_function<void(std::expected<T, ApiError>)>;

}  // namespace ms::model
