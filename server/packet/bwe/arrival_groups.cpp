#include "server/packet/bwe/arrival_groups.h"

#include <algorithm>

namespace ms::bwe {

std::optional<GroupDelta> ArrivalGroups::add(Timestamp sent, Timestamp arrival) {
  const Group alone{sent, sent, arrival, arrival};
  if (current_ && (arrival - current_->last_arrival > kMaxStep ||
                   current_->last_arrival - arrival > kMaxStep)) {
    previous_.reset();
    current_ = alone;
    return std::nullopt;
  }
  if (!current_) {
    current_ = alone;
    return std::nullopt;
  }
  if (sent < current_->first_sent) return std::nullopt;  // Told again, or out of order.
  if (belongs(sent, arrival)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_arrival = std::max(current_->last_arrival, arrival);
    return std::nullopt;
  }
  std::optional<GroupDelta> delta;
  if (previous_) {
    delta = GroupDelta{.sent = current_->last_sent - previous_->last_sent,
                       .arrived = current_->last_arrival - previous_->last_arrival,
                       .arrival = current_->last_arrival};
  }
  previous_ = current_;
  current_ = alone;
  return delta;
}

// What a queue released at once belongs together, too, however long it took to be sent.
bool ArrivalGroups::belongs(Timestamp sent, Timestamp arrival) const {
  if (sent - current_->first_sent <= kBurst) return true;
  const Duration apart = arrival - current_->last_arrival;
  const Duration delay_change = apart - (sent - current_->last_sent);
  return delay_change < Duration(0) && apart <= kBurst &&
         arrival - current_->first_arrival < std::chrono::milliseconds(100);
}

}  // namespace ms::bwe
