// The built-in module `filters`: its descriptor and what makes its objects.
#pragma once

#include "modules/elements/src/element_services.h"
#include "server/model/descriptor.h"

namespace ms::filters {

// `services` must outlive every object.
void registerFilters(model::ModuleRegistry& registry, elements::ElementServices& services);

}  // namespace ms::filters
