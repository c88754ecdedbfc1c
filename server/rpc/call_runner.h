// Carries a bound call to its object's loop and the result back to the control loop. Exactly one
// result comes, whatever the object does: throw, answer later, or forget to answer.
#pragma once

#include <functional>

#include "server/model/descriptor.h"

namespace ms::rpc {

using OnResult = std::move_only_function<void(model::Result)>;

// `done` is called on `control`. An object that was closed meanwhile is not found (40101).
// `control` must outlive the loops of all objects.
void runCall(Loop& control, model::ObjectPtr object, model::Call call, OnResult done);

}  // namespace ms::rpc
