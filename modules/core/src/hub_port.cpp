#include "modules/core/src/hub_port.h"

namespace ms::core {

HubPort::HubPort(model::ObjectContext context, const model::ObjectPtr& hub)
    : MediaElement(context),
      hub_(std::dynamic_pointer_cast<Hub>(hub)),
      number_(hub_->addPort(*this)) {}

net::OutletPtr HubPort::mediaSource(api::MediaType type, const AcceptedFormats& accepted) {
  return isClosed() ? nullptr : hub_->outputOf(*this, type, accepted);
}

net::OutletPtr HubPort::input(api::MediaType type, const AcceptedFormats& accepted) {
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  net::OutletPtr source = upstreamSource(type, accepted);
  is_asking_upstream_ = false;
  return source;
}

net::DataOutletPtr HubPort::dataSource() {
  return isClosed() ? nullptr : hub_->dataOutputOf(*this);
}

net::DataOutletPtr HubPort::dataInput() {
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  auto source = upstreamDataSource();
  is_asking_upstream_ = false;
  return source;
}

std::vector<std::pair<api::MediaType, const MediaElement*>> HubPort::sinks() const {
  auto list = MediaElement::sinks();
  for (const api::MediaType type : kAllTypes)
    for (const HubPort* port : hub_->ports())
      if (hub_->feederOf(*port, type) == this) list.emplace_back(type, port);
  return list;
}

void HubPort::onHubChanged(api::MediaType type) {
  tellDownstream(type);
  const HubPort* const feeder = hub_->feederOf(*this, type);
  setFlowOut(type, feeder ? feeder->upstreamFlow(type) : api::MediaFlowState::NotFlowing);
}

void HubPort::onHubChanged() {
  for (const api::MediaType type : kAllTypes) onHubChanged(type);
}

void HubPort::onMade(api::MediaType type, api::MediaFlowState state) {
  setTranscoding(type, state == api::MediaFlowState::Flowing
                           ? api::MediaTranscodingState::Transcoding
                           : api::MediaTranscodingState::NotTranscoding);
  setFlowOut(type, state);
}

void HubPort::onUpstreamChanged(api::MediaType type) {
  hub_->onInputChanged(*this, type);
  for (HubPort* port : std::vector(hub_->ports()))
    if (hub_->feederOf(*port, type) == this) port->onHubChanged(type);
  setFlowIn(type, upstreamFlow(type));
}

void HubPort::onUpstreamEnd() {
  for (HubPort* port : std::vector(hub_->ports()))
    if (hub_->feederOf(*port, api::MediaType::Video) == this ||
        hub_->feederOf(*port, api::MediaType::Audio) == this)
      port->tellEnd();
}

void HubPort::onUpstreamFlow(api::MediaType type, api::MediaFlowState state) {
  setFlowIn(type, state);
  for (HubPort* port : std::vector(hub_->ports()))
    if (hub_->feederOf(*port, type) == this) port->setFlowOut(type, state);
}

void HubPort::onClose() {
  MediaElement::onClose();
  hub_->removePort(*this);
}

}  // namespace ms::core
