// Passes what goes into one of its ports on to all of them, that one included.
//
// Packets do not pass through: see docs/decisions/0002-routes-not-hops.md.
#pragma once

#include <utility>

#include "modules/core/src/hub.h"
#include "modules/core/src/hub_port.h"
#include "modules/elements/api.h"

namespace ms::elements {

class DispatcherOneToMany final : public core::Hub, public api::DispatcherOneToMany {
 public:
  explicit DispatcherOneToMany(model::ObjectContext context) : Hub(std::move(context)) {}

  // api::DispatcherOneToMany. 40004 when it is no port of this hub.
  void setSource(const model::ObjectPtr& source) override;
  void removeSource() override;

  core::HubPort* feederOf(const core::HubPort&, api::MediaType) override { return source_; }

 private:
  void onPortRemoved(core::HubPort& port) override;
  void change(core::HubPort* source);

  core::HubPort* source_ = nullptr;
};

}  // namespace ms::elements
