// The built-in module `core`: its descriptor and what makes its objects.
#pragma once

#include "server/model/descriptor.h"

namespace ms::core {

void registerCore(model::ModuleRegistry& registry);

}  // namespace ms::core
