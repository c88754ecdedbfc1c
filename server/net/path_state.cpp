#include "server/net/path_state.h"

#include <algorithm>

namespace ms::net {

bool PathState::isConnected() const {
  return agent_ == IceState::Connected || agent_ == IceState::Ready;
}

// A better candidate that comes later takes libnice back to Connected, but a pair stands all the
// while.
void PathState::onAgentState(IceState state, Timestamp now) {
  const bool was_connected = isConnected();
  agent_ = state;
  if (!isConnected())
    settled_at_ = kNever;
  else if (!was_connected)
    settled_at_ = now + kSettledAfter;
}

void PathState::watchConsent(Timestamp now) {
  watches_consent_ = true;
  consent_.renew(now);
}

IceState PathState::current(Timestamp now) const {
  if (!isConnected()) return agent_;
  if (watches_consent_ && consent_.at(now) == Consent::Expired) return IceState::Failed;
  if (watches_consent_ && consent_.at(now) == Consent::Doubtful) return IceState::Disconnected;
  return agent_ == IceState::Ready || now >= settled_at_ ? IceState::Ready : IceState::Connected;
}

std::optional<IceState> PathState::poll(Timestamp now) {
  const IceState next = current(now);
  if (next == told_) return std::nullopt;
  told_ = next;
  return next;
}

Timestamp PathState::nextTimeout(Timestamp now) const {
  if (!isConnected()) return kNever;
  const Timestamp settled =
      agent_ == IceState::Connected && now < settled_at_ ? settled_at_ : kNever;
  return std::min(settled, watches_consent_ ? consent_.nextChange(now) : kNever);
}

}  // namespace ms::net
