// Shows the videos of all its ports in a grid, in the order in which the ports were made, and mixes
// their sound. Each port hears all others, not itself.
#pragma once

#include "modules/elements/api.h"
#include "modules/elements/src/mixing_hub.h"

namespace ms::elements {

class Composite final : public MixingHub, public api::Composite {
 public:
  // A value that was not given, or is 0, is that of Composite.conf.ini; one that no encoder takes
  // is the default, with a warning in the log.
  Composite(model::ObjectContext context, ElementServices& services,
            const api::CompositeArguments& arguments);
};

}  // namespace ms::elements
