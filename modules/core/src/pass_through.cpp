#include "modules/core/src/pass_through.h"

namespace ms::core {

net::OutletPtr PassThrough::mediaSource(api::MediaType type, const AcceptedFormats& accepted) {
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  net::OutletPtr source = upstreamSource(type, accepted);
  is_asking_upstream_ = false;
  return source;
}

net::DataOutletPtr PassThrough::dataSource() {
  if (is_asking_upstream_) return nullptr;
  is_asking_upstream_ = true;
  auto source = upstreamDataSource();
  is_asking_upstream_ = false;
  return source;
}

void PassThrough::onUpstreamChanged(api::MediaType type) {
  tellDownstream(type);
  onUpstreamFlow(type, upstreamFlow(type));
}

void PassThrough::onUpstreamFlow(api::MediaType type, api::MediaFlowState state) {
  setFlowIn(type, state);
  setFlowOut(type, state);
}

}  // namespace ms::core
