// Mixes for each of its ports the sound of those that it is connected to, and passes video on from
// port to port as it is.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "modules/elements/api.h"
#include "modules/elements/src/mixing_hub.h"

namespace ms::elements {

class Mixer final : public MixingHub, public api::Mixer {
 public:
  Mixer(model::ObjectContext context, ElementServices& services);

  // api::Mixer. 40004 when one of them is no port of this hub; 40005 for DATA, and for what cannot
  // be disconnected: video.
  void connect(api::MediaType media, const model::ObjectPtr& source,
               const model::ObjectPtr& sink) override;
  void disconnect(api::MediaType media, const model::ObjectPtr& source,
                  const model::ObjectPtr& sink) override;

  // Of video.
  core::HubPort* feederOf(const core::HubPort& port, api::MediaType type) override;

 private:
  using Ways = std::set<std::pair<frame::PortNumber, frame::PortNumber>>;  // Who hears whom.

  struct Ports {
    core::HubPort& source;
    core::HubPort& sink;
  };

  void onPortRemoved(core::HubPort& port) override;
  Ports portsOf(const model::ObjectPtr& source, const model::ObjectPtr& sink,
                const char* refusal) const;
  void update();

  Ways heard_;
  std::map<const core::HubPort*, core::HubPort*> shown_;  // Who takes -> who gives.
};

}  // namespace ms::elements
