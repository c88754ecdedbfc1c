// The classes between MediaElement and the endpoints that do something: they only name kinds.
#pragma once

#include "modules/core/src/media_element.h"

namespace ms::core {

// Media enters or leaves the server here.
class Endpoint : public MediaElement, public api::Endpoint {
 protected:
  using MediaElement::MediaElement;

  std::shared_ptr<api::ElementStats> makeElementStats() const override {
    auto stats = std::make_shared<api::EndpointStats>();
    stats->type = api::StatsType::Endpoint;
    return stats;
  }
};

// An endpoint with a beginning and an end of its conversation: MediaSessionStarted and
// MediaSessionTerminated.
class SessionEndpoint : public Endpoint, public api::SessionEndpoint {
 protected:
  using Endpoint::Endpoint;
};

}  // namespace ms::core
