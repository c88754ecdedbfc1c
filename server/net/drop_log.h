// What a peer that ends has dropped, and why: one line of category "packets", at level debug.
#pragma once

#include "server/packet/peer/media_peer.h"

namespace ms::net {

void logDrops(const peer::MediaPeer& peer);

}  // namespace ms::net
