// The built-in module `elements`: its descriptor and what makes its objects.
#pragma once

#include "modules/elements/src/element_services.h"
#include "server/model/descriptor.h"

namespace ms::elements {

// `services` must outlive every object.
void registerElements(model::ModuleRegistry& registry, ElementServices& services);

}  // namespace ms::elements
