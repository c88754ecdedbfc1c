#include "modules/elements/src/mixer.h"

#include "server/model/api_error.h"

namespace ms::elements {
namespace {

frame::PortNumber numberOf(const core::HubPort& port) { return frame::PortNumber(port.number()); }

}  // namespace

Mixer::Mixer(model::ObjectContext context, ElementServices& services)
    : MixingHub(std::move(context), services,
                {.mixes_video = false,
                 .passes_data = false,
                 .layout = [](const std::vector<frame::Picture>&) { return frame::Arrangement(); },
                 .hearing = [](frame::PortNumber, frame::PortNumber) { return false; }}) {}

Mixer::Ports Mixer::portsOf(const model::ObjectPtr& source, const model::ObjectPtr& sink,
                            const char* refusal) const {
  core::HubPort* const giver = portOf(source);
  core::HubPort* const taker = portOf(sink);
  if (!giver || !taker) throw model::ApiError(model::ErrorCode::ConnectError, refusal);
  return {*giver, *taker};
}

void Mixer::connect(api::MediaType media, const model::ObjectPtr& source,
                    const model::ObjectPtr& sink) {
  if (media == api::MediaType::Data)
    throw model::ApiError(model::ErrorCode::UnsupportedMediaType, "Data is not mixed");
  if (media == api::MediaType::Audio) {
    const Ports ports = portsOf(source, sink, "Can not connect audio ports");
    heard_.insert({numberOf(ports.sink), numberOf(ports.source)});
    return update();
  }
  const Ports ports = portsOf(source, sink, "Can not connect video ports");
  if (std::exchange(shown_[&ports.sink], &ports.source) != &ports.source)
    ports.sink.onHubChanged(api::MediaType::Video);
}

void Mixer::disconnect(api::MediaType media, const model::ObjectPtr& source,
                       const model::ObjectPtr& sink) {
  if (media == api::MediaType::Video)
    throw model::ApiError(model::ErrorCode::UnsupportedMediaType,
                          "Video disconnection is not implemented yet");
  if (media == api::MediaType::Data)
    throw model::ApiError(model::ErrorCode::UnsupportedMediaType, "Data is not mixed");
  const Ports ports = portsOf(source, sink, "Can not disconnect audio ports");
  heard_.erase({numberOf(ports.sink), numberOf(ports.source)});
  update();
}

core::HubPort* Mixer::feederOf(const core::HubPort& port, api::MediaType type) {
  const auto found = shown_.find(&port);
  return type == api::MediaType::Video && found != shown_.end() ? found->second : nullptr;
}

void Mixer::onPortRemoved(core::HubPort& port) {
  MixingHub::onPortRemoved(port);
  const frame::PortNumber gone = numberOf(port);
  std::erase_if(heard_, [&](const auto& way) { return way.first == gone || way.second == gone; });
  update();
  shown_.erase(&port);
  for (core::HubPort* taker : ports())
    if (const auto found = shown_.find(taker); found != shown_.end() && found->second == &port) {
      shown_.erase(found);
      taker->onHubChanged(api::MediaType::Video);
    }
}

void Mixer::update() {
  setHearing([heard = heard_](frame::PortNumber listener, frame::PortNumber source) {
    return heard.contains({listener, source});
  });
}

}  // namespace ms::elements
