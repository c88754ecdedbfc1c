#include "modules/elements/src/dispatcher.h"

#include "server/model/api_error.h"

namespace ms::elements {

void Dispatcher::connect(const model::ObjectPtr& source, const model::ObjectPtr& sink) {
  core::HubPort* const giver = portOf(source);
  core::HubPort* const taker = portOf(sink);
  if (!giver || !taker)
    throw model::ApiError(model::ErrorCode::ConnectError, "Can not connect ports");
  if (std::exchange(feeders_[taker], giver) != giver) taker->onHubChanged();
}

core::HubPort* Dispatcher::feederOf(const core::HubPort& port, api::MediaType) {
  const auto found = feeders_.find(&port);
  return found == feeders_.end() ? nullptr : found->second;
}

void Dispatcher::onPortRemoved(core::HubPort& port) {
  feeders_.erase(&port);
  for (core::HubPort* taker : ports())
    if (const auto found = feeders_.find(taker);
        found != feeders_.end() && found->second == &port) {
      feeders_.erase(found);
      taker->onHubChanged();
    }
}

}  // namespace ms::elements
