#include "modules/elements/src/elements_module.h"

#include <utility>

#include "modules/elements/src/alpha_blending.h"
#include "modules/elements/src/composite.h"
#include "modules/elements/src/dispatcher.h"
#include "modules/elements/src/dispatcher_one_to_many.h"
#include "modules/elements/src/http_post_endpoint.h"
#include "modules/elements/src/mixer.h"
#include "modules/elements/src/player_endpoint.h"
#include "modules/elements/src/recorder_endpoint.h"
#include "modules/elements/src/rtp_endpoint.h"
#include "modules/elements/src/webrtc_endpoint.h"

namespace ms::elements {
namespace {

void registerHubs(model::ModuleRegistry& registry, ElementServices& services) {
  registry.addFactory(api::kDispatcherClass,
                      api::factoryOfDispatcher([](model::ObjectContext context, const auto&) {
                        return std::make_shared<Dispatcher>(std::move(context));
                      }));
  registry.addFactory(
      api::kDispatcherOneToManyClass,
      api::factoryOfDispatcherOneToMany([](model::ObjectContext context, const auto&) {
        return std::make_shared<DispatcherOneToMany>(std::move(context));
      }));
  registry.addFactory(
      api::kCompositeClass,
      api::factoryOfComposite([&services](model::ObjectContext context, const auto& arguments) {
        return std::make_shared<Composite>(std::move(context), services, arguments);
      }));
  registry.addFactory(
      api::kAlphaBlendingClass,
      api::factoryOfAlphaBlending([&services](model::ObjectContext context, const auto&) {
        return std::make_shared<AlphaBlending>(std::move(context), services);
      }));
  registry.addFactory(api::kMixerClass,
                      api::factoryOfMixer([&services](model::ObjectContext context, const auto&) {
                        return std::make_shared<Mixer>(std::move(context), services);
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
  registry.addFactory(api::kHttpPostEndpointClass,
                      api::factoryOfHttpPostEndpoint(
                          [&services](model::ObjectContext context, const auto& arguments) {
                            auto endpoint = std::make_shared<HttpPostEndpoint>(std::move(context),
                                                                               services, arguments);
                            endpoint->open();
                            return endpoint;
                          }));
  registry.addFactory(api::kRecorderEndpointClass,
                      api::factoryOfRecorderEndpoint(
                          [&services](model::ObjectContext context, const auto& arguments) {
                            return std::make_shared<RecorderEndpoint>(std::move(context), services,
                                                                      arguments);
                          }));
  registry.addFactory(
      api::kRtpEndpointClass,
      api::factoryOfRtpEndpoint([&services](model::ObjectContext context, const auto& arguments) {
        return std::make_shared<RtpEndpoint>(std::move(context), services, arguments);
      }));
  registerHubs(registry, services);
}

}  // namespace ms::elements
