#include "modules/elements/src/elements_module.h"

#include <utility>

#include "modules/elements/src/player_endpoint.h"
#include "modules/elements/src/rtp_endpoint.h"
#include "modules/elements/src/webrtc_endpoint.h"

namespace ms::elements {

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
}

}  // namespace ms::elements
