#include "server/packet/peer/peer_drop.h"

#include <gtest/gtest.h>

namespace ms::peer {
namespace {

TEST(PeerDropCounters, AreDescribedByLayerAndReason) {
  PeerDropCounters drops;
  EXPECT_EQ(describe(drops), "");
  drops.count(stun::DatagramDrop::Unknown);
  drops.count(srtp::Drop::KeyExpired);
  drops.count(rtp::Drop::SequenceJump);
  drops.count(rtcp::Drop::BadPadding);
  drops.count(PeerDrop::Duplicate);
  drops.count(PeerDrop::Duplicate);
  EXPECT_EQ(describe(drops),
            "datagram Unknown 1, srtp KeyExpired 1, rtp SequenceJump 1, rtcp BadPadding 1, "
            "peer Duplicate 2");
}

}  // namespace
}  // namespace ms::peer
