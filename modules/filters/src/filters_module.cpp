#include "modules/filters/src/filters_module.h"

#include <utility>

#include "modules/filters/src/gstreamer_filter.h"

namespace ms::filters {

void registerFilters(model::ModuleRegistry& registry, elements::ElementServices& services) {
  registry.addModule(api::filtersModule());
  registry.addFactory(api::kGStreamerFilterClass,
                      api::factoryOfGStreamerFilter(
                          [&services](model::ObjectContext context, const auto& arguments) {
                            return std::make_shared<GStreamerFilter>(std::move(context), services,
                                                                     arguments);
                          }));
}

}  // namespace ms::filters
