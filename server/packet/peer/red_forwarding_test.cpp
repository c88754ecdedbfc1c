// Redundant audio from one peer to others that know its parts by other numbers, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;
using ::testing::ElementsAre;
using Datagram = RawPeer::Datagram;

sdp::NegotiatedCodec audioCodec(int payload_type, const char* name, const std::string& fmtp) {
  sdp::NegotiatedCodec codec;
  codec.payload_type = rtp::PayloadType(static_cast<std::uint8_t>(payload_type));
  codec.codec = name == std::string("opus") ? rtp::Codec::Opus : rtp::Codec::Other;
  codec.clock_rate = 48000;
  codec.channels = 2;
  codec.name = name;
  codec.fmtp = fmtp;
  codec.nack = true;
  return codec;
}

class RedForwardingTest : public ::testing::Test {
 protected:
  void start(const std::vector<sdp::NegotiatedCodec>& of_viewer) {
    publisher.change_session = [](sdp::NegotiatedSession& session) {
      session.media[0].codecs = {audioCodec(111, "opus", ""), audioCodec(63, "red", "111/111")};
    };
    viewer.change_session = [&](sdp::NegotiatedSession& session) {
      session.media[0].codecs = of_viewer;
    };
    ASSERT_TRUE(publisher.connect(now) && viewer.connect(now));
    viewer.keep_sent = true;
    publisher.peer.source(MediaKind::Audio)->addSink(*viewer.peer.sink(MediaKind::Audio), now);
  }

  // As RED with one redundant block, or what `payload` says; what the viewer gets for it.
  Datagram forwarded(const Datagram& payload) {
    Datagram packet(12);
    packet[0] = 0x80;
    packet[1] = 63;
    storeBe16(packet, 2, number++);
    storeBe32(packet, 8, *RawPeer::kRemote.audio);
    packet.insert(packet.end(), payload.begin(), payload.end());
    publisher.give(publisher.sealRtp(packet), now);
    now += 20ms;
    for (const auto& datagram : std::exchange(viewer.sent, {}))
      if (auto plain = viewer.openRtp(datagram); !plain.empty()) return plain;
    return {};
  }

  const Datagram kRed{0x80 | 111, 0x0f, 0x00, 2, 111, 1, 2, 3, 4};
  Timestamp now{1000s};
  std::uint16_t number = 100;
  RawPeer publisher{1}, viewer{2};
};

TEST_F(RedForwardingTest, BlocksGetTheNumbersOfTheViewer) {
  start({audioCodec(109, "opus", ""), audioCodec(65, "red", "109/109")});

  const Datagram got = forwarded(kRed);
  const auto view = rtp::RtpView::parse(got);

  ASSERT_TRUE(view);
  EXPECT_EQ(view->payloadType(), rtp::PayloadType(65));
  EXPECT_THAT(view->payload(), ElementsAre(0x80 | 109, 0x0f, 0x00, 2, 109, 1, 2, 3, 4));
}

TEST_F(RedForwardingTest, AViewerWithoutRedundancyGetsThePrimaryBlock) {
  start({audioCodec(109, "opus", "useinbandfec=1")});

  const Datagram got = forwarded(kRed);
  const auto view = rtp::RtpView::parse(got);

  ASSERT_TRUE(view);
  EXPECT_EQ(view->payloadType(), rtp::PayloadType(109));
  EXPECT_THAT(view->payload(), ElementsAre(3, 4));
}

TEST_F(RedForwardingTest, WhatIsNoRedIsNotSentOn) {
  start({audioCodec(109, "opus", ""), audioCodec(65, "red", "109/109")});
  ASSERT_FALSE(forwarded(kRed).empty());

  EXPECT_TRUE(forwarded({0x80 | 111, 0x0f, 0x00, 2}).empty());
  EXPECT_EQ(viewer.peer.statistics().drops.of(rtp::Drop::BadPayload), 1u);
  EXPECT_FALSE(forwarded(kRed).empty());
}

}  // namespace
}  // namespace ms::peer
