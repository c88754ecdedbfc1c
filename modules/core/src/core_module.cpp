#include "modules/core/src/core_module.h"

#include <utility>

#include "modules/core/src/hub_port.h"
#include "modules/core/src/media_pipeline.h"
#include "modules/core/src/pass_through.h"

namespace ms::core {

void registerCore(model::ModuleRegistry& registry) {
  registry.addModule(api::coreModule());
  registry.addFactory(api::kMediaPipelineClass,
                      api::factoryOfMediaPipeline([](model::ObjectContext context, const auto&) {
                        return std::make_shared<MediaPipeline>(std::move(context));
                      }));
  registry.addFactory(api::kPassThroughClass,
                      api::factoryOfPassThrough([](model::ObjectContext context, const auto&) {
                        return std::make_shared<PassThrough>(std::move(context));
                      }));
  registry.addFactory(
      api::kHubPortClass,
      api::factoryOfHubPort([](model::ObjectContext context, const api::HubPortArguments& of) {
        return std::make_shared<HubPort>(std::move(context), of.hub);
      }));
}

}  // namespace ms::core
