// Passes what goes into one of its ports on to others, as told. A port that takes has one that
// gives at most; one that gives may have many, itself among them.
//
// Packets do not pass through: see docs/decisions/0002-routes-not-hops.md.
#pragma once

#include <map>
#include <utility>

#include "modules/core/src/hub.h"
#include "modules/core/src/hub_port.h"
#include "modules/elements/api.h"

namespace ms::elements {

class Dispatcher final : public core::Hub, public api::Dispatcher {
 public:
  explicit Dispatcher(model::ObjectContext context) : Hub(std::move(context)) {}

  // api::Dispatcher. 40004 when one of them is no port of this hub.
  void connect(const model::ObjectPtr& source, const model::ObjectPtr& sink) override;

  core::HubPort* feederOf(const core::HubPort& port, api::MediaType type) override;

 private:
  void onPortRemoved(core::HubPort& port) override;

  std::map<const core::HubPort*, core::HubPort*> feeders_;  // Who takes -> who gives.
};

}  // namespace ms::elements
