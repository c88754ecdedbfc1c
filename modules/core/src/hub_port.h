// One connection to a hub: what is linked into the port goes into the hub, and the hub says whose
// input leaves here.
#pragma once

#include "modules/core/src/hub.h"
#include "modules/core/src/media_element.h"

namespace ms::core {

class HubPort final : public MediaElement, public api::HubPort {
 public:
  HubPort(model::ObjectContext context, const model::ObjectPtr& hub);

  // In the order in which the ports of the hub were made.
  std::uint32_t number() const { return number_; }
  // What is linked into the port; null when nothing is.
  net::OutletPtr input(api::MediaType type, const AcceptedFormats& accepted);
  net::DataOutletPtr dataInput();

  // MediaElement: the media that the hub has for this port.
  net::OutletPtr mediaSource(api::MediaType type, const AcceptedFormats& accepted) override;
  net::DataOutletPtr dataSource() override;
  // Also the ports that it feeds through the hub.
  std::vector<std::pair<api::MediaType, const MediaElement*>> sinks() const override;

  // The hub feeds this port from elsewhere now.
  void onHubChanged(api::MediaType type);
  void onHubChanged();  // All of it.
  // What the hub makes for this port begins to flow, or ends. It is encoded by the hub.
  void onMade(api::MediaType type, api::MediaFlowState state);

 protected:
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamEnd() override;
  void onUpstreamFlow(api::MediaType type, api::MediaFlowState state) override;
  void onClose() override;

 private:
  const std::shared_ptr<Hub> hub_;
  const std::uint32_t number_;
  bool is_asking_upstream_ = false;  // Ends the walk where links make a circle.
};

}  // namespace ms::core
