#include "modules/elements/src/elements_module.h"

#include <utility>

#include "modules/elements/src/dispatcher.h"
#include "modules/elements/src/dispatcher_one_to_many.h"
#include "modules/elements/src/player_endpoint.h"
#include "modules/elements/src/rtp_endpoint.h"
#include "modules/elements/src/webrtc_endpoint.h"

namespace ms::elements {
namespace {

void registerHubs(model::ModuleRegistry& registry) {
  registry.addFactory(api::kDispatcherClass,
                      api::factoryOfDispatcher([](model::ObjectContext context, const auto&) {
                        return std::make_shared<Dispatcher>(std::move(context));
                      }));
  registry.addFactory(
      api::kDispatcherOneToManyClass,
      api::factoryOfDispatcherOneToMany([](model::ObjectContext context, const auto&) {
        return std::make_shared<DispatcherOneToMany>(std::move(context));
      }));
}

}  // namespace

void registerElements(model::ModuleRegistry& registry, ElementServices& services) {
  registry.addModule(api::elementsModule());
  registry.addFactory(api::kWebRtcEndpointClass,
                      api::factoryOfWebRtcEndpoint(
                          [&services](model::ObjectContext context, const auto& arguments) {
                            return std::make_shared<WebRtcEndpoint>(std::move(context), services,
                                                                    arguments);
                          }));
  registry.addFactory(api::kPlayerEndpointClass,
                      api::factoryOfPlayerEndpoint(
                          [&services](model::ObjectContext context, const auto& arguments) {
                            return std::make_shared<PlayerEndpoint>(std::move(context), services,
                                                                    arguments);
                          }));
  registry.addFactory(
      api::kRtpEndpointClass,
      api::factoryOfRtpEndpoint([&services](model::ObjectContext context, const auto& arguments) {
        return std::make_shared<RtpEndpoint>(std::move(context), services, arguments);
      }));
  registerHubs(registry);
}

}  // namespace ms::elements
