// Whether packets flow through one port: from the first packet on, until none passed between two
// looks. Tells changes once.
#pragma once

#include "server/packet/peer/media_peer.h"

namespace ms::peer {

class FlowMonitor {
 public:
  FlowMonitor(PeerObserver& observer, rtp::MediaKind kind, FlowDirection direction)
      : observer_(observer), kind_(kind), direction_(direction) {}

  void onPacket() {
    seen_ = true;
    if (!flowing_) tell(FlowState::Flowing);
  }

  // Every MediaPeer::kFlowCheckInterval.
  void check() {
    if (flowing_ && !seen_) tell(FlowState::NotFlowing);
    seen_ = false;
  }

 private:
  void tell(FlowState state) {
    flowing_ = state == FlowState::Flowing;
    observer_.onFlowState(kind_, direction_, state);
  }

  PeerObserver& observer_;
  const rtp::MediaKind kind_;
  const FlowDirection direction_;
  bool flowing_ = false;
  bool seen_ = false;
};

}  // namespace ms::peer
