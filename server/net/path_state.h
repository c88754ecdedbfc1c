// What is told of an agent's state: libnice's, with what it leaves out. Sans-IO: the time comes in.
//
// - Ready when a nominated pair has stood for a moment: libnice waits until every better pair has
//   failed, which takes seconds when a peer has addresses that lead nowhere.
// - Disconnected while consent is in doubt, and Failed when it has expired, of a pair whose answers
//   are seen (DirectPath). Both end when the peer answers again.
#pragma once

#include <optional>

#include "server/base/units.h"
#include "server/net/consent_watch.h"
#include "server/net/ice_state.h"

namespace ms::net {

class PathState {
 public:
  static constexpr Duration kSettledAfter = std::chrono::milliseconds(300);

  explicit PathState(ConsentWatch consent = ConsentWatch()) : consent_(consent) {}

  void onAgentState(IceState state, Timestamp now);
  // From now on answers of the peer are seen, or no longer.
  void watchConsent(Timestamp now);
  void ignoreConsent() { watches_consent_ = false; }
  // The peer answered a check.
  void onConsent(Timestamp when) { consent_.renew(when); }

  // The next state to tell, until there is none.
  std::optional<IceState> poll(Timestamp now);
  // The last that poll() gave.
  IceState told() const { return told_; }
  // When poll() has something to say without being told anything; kNever: not by itself.
  Timestamp nextTimeout(Timestamp now) const;

 private:
  bool isConnected() const;
  IceState current(Timestamp now) const;

  ConsentWatch consent_;
  bool watches_consent_ = false;
  IceState agent_ = IceState::Disconnected;
  IceState told_ = IceState::Disconnected;
  Timestamp settled_at_ = kNever;
};

}  // namespace ms::net
