// One connection to a hub: what is linked into the port goes into the hub, and the hub says whose
// input leaves here.
#pragma once

#include "modules/core/src/hub.h"
#include "modules/core/src/media_element.h"

namespace ms::core {

class HubPort final : public MediaElement, public api::HubPort {
 public:
  HubPort(model::ObjectContext context, const model::ObjectPtr& hub);

  // MediaElement: the media of the port that the hub names for this one.
  net::OutletPtr mediaSource(api::MediaType type, const AcceptedFormats& accepted) override;
  net::DataOutletPtr dataSource() override;

  // The hub feeds this port from elsewhere now.
  void onHubChanged(api::MediaType type);
  void onHubChanged();  // All of it.

 protected:
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamFlow(api::MediaType type, api::MediaFlowState state) override;
  void onClose() override;

 private:
  const std::shared_ptr<Hub> hub_;
  bool is_asking_upstream_ = false;  // Ends the walk where links make a circle.
};

}  // namespace ms::core
