#include "server/rpc/reply_order.h"

#include <vector>

namespace ms::rpc {

struct ReplyOrder::Turn {
  std::vector<Lane> lanes;
  bool is_complete = false;
  std::move_only_function<void()> send;
};

ReplyOrder::TurnPtr ReplyOrder::enter(ConnectionId connection,
                                      const std::set<std::string>& pipelines) {
  auto turn = std::make_shared<Turn>();
  for (const std::string& pipeline : pipelines) {
    turn->lanes.emplace_back(connection, pipeline);
    lanes_[turn->lanes.back()].push_back(turn);
  }
  return turn;
}

void ReplyOrder::complete(const TurnPtr& turn, std::move_only_function<void()> send) {
  turn->is_complete = true;
  turn->send = std::move(send);
  std::deque<TurnPtr> ready{turn};
  while (!ready.empty()) {
    const TurnPtr next = std::move(ready.front());
    ready.pop_front();
    if (!next->is_complete || !isFirst(*next)) continue;
    leave(*next);
    for (const Lane& lane : next->lanes) {
      const auto behind = lanes_.find(lane);
      if (behind != lanes_.end()) ready.push_back(behind->second.front());
    }
    next->is_complete = false;  // Two lanes may have led to it.
    next->send();
  }
}

bool ReplyOrder::isFirst(const Turn& turn) const {
  for (const Lane& lane : turn.lanes) {
    if (lanes_.at(lane).front().get() != &turn) return false;
  }
  return true;
}

void ReplyOrder::leave(const Turn& turn) {
  for (const Lane& lane : turn.lanes) {
    const auto found = lanes_.find(lane);
    found->second.pop_front();
    if (found->second.empty()) lanes_.erase(found);
  }
}

}  // namespace ms::rpc
