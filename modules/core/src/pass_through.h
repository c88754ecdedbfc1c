// Gives on what it gets. As a transparent element it is only a knot in the links: packets go from
// their producer straight to those who consume them.
#pragma once

#include "modules/core/src/media_element.h"

namespace ms::core {

class PassThrough final : public MediaElement, public api::PassThrough {
 public:
  explicit PassThrough(model::ObjectContext context) : MediaElement(context) {}

  net::OutletPtr mediaSource(api::MediaType type, const AcceptedFormats& accepted) override;
  net::DataOutletPtr dataSource() override;

 protected:
  void onUpstreamChanged(api::MediaType type) override;
  void onUpstreamEnd() override { tellEnd(); }
  void onUpstreamFlow(api::MediaType type, api::MediaFlowState state) override;

 private:
  bool is_asking_upstream_ = false;  // Ends the walk where links make a circle.
};

}  // namespace ms::core
