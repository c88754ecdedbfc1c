// What a source tells of the codec that really comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/peer/source_port.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint8_t kVp8Type = 96, kH264Type = 98, kEventType = 99;

class SourceFormatTest : public ::testing::Test {
 protected:
  void SetUp() override {
    raw.change_session = [](sdp::NegotiatedSession& session) {
      for (sdp::NegotiatedMedia& media : session.media) {
        if (media.kind != rtp::MediaKind::Video) continue;
        sdp::NegotiatedCodec codec = media.codecs.front();
        codec.codec = rtp::Codec::H264;
        codec.payload_type = rtp::PayloadType(kH264Type);
        media.codecs.push_back(codec);
        codec.codec = rtp::Codec::Other;
        codec.payload_type = rtp::PayloadType(kEventType);
        media.codecs.push_back(codec);
      }
    };
    ASSERT_TRUE(raw.connect(now));
  }

  void giveVideo(std::uint8_t payload_type) {
    auto packet = vp8Packet(RawPeer::kRemote.video, number_, number_ * 3000u, number_ == 0);
    ++number_;
    packet[1] = static_cast<std::uint8_t>(0x80 | payload_type);
    raw.give(raw.sealRtp(packet), now);
  }

  Timestamp now{1000s};
  RawPeer raw{1};

 private:
  std::uint16_t number_ = 0;
};

TEST_F(SourceFormatTest, IsToldWithTheFirstPacketAndOnce) {
  EXPECT_THAT(raw.formats, IsEmpty());
  giveVideo(kVp8Type);
  giveVideo(kVp8Type);
  EXPECT_THAT(raw.formats, ElementsAre(rtp::Codec::Vp8));
}

TEST_F(SourceFormatTest, IsToldWhenItChanges) {
  giveVideo(kVp8Type);
  now += SourcePort::kFormatPatience;
  giveVideo(kH264Type);
  giveVideo(kH264Type);
  EXPECT_THAT(raw.formats, ElementsAre(rtp::Codec::Vp8, rtp::Codec::H264));
}

TEST_F(SourceFormatTest, APeerThatChangesWithEachPacketIsToldNowAndThen) {
  for (int i = 0; i < 100; ++i) {
    giveVideo(i % 2 ? kH264Type : kVp8Type);
    now += 20ms;
  }
  EXPECT_LE(raw.formats.size(), 5u);
}

TEST_F(SourceFormatTest, WhatStandsBesideMediaDoesNotCount) {
  giveVideo(kEventType);
  giveVideo(kVp8Type);
  now += 2 * SourcePort::kFormatPatience;
  giveVideo(kEventType);
  giveVideo(kVp8Type);
  EXPECT_THAT(raw.formats, ElementsAre(rtp::Codec::Vp8));
}

}  // namespace
}  // namespace ms::peer
