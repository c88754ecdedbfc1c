#include "server/packet/srtp/srtp_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace ms::srtp {
namespace {

constexpr std::size_t kCapacity = 1500;

std::pair<SrtpKeys, SrtpKeys> keysOfTwoPeers(Profile profile) {
  SrtpKeys here{.profile = profile};
  for (std::size_t i = 0; i < kMaxMasterKeyBytes; ++i) {
    here.outbound[i] = static_cast<std::uint8_t>(i);
    here.inbound[i] = static_cast<std::uint8_t>(100 + i);
  }
  SrtpKeys there = here;
  std::swap(there.outbound, there.inbound);
  return {here, there};
}

// A packet in a buffer that has room for the trailer.
struct Packet {
  std::vector<std::uint8_t> buffer = std::vector<std::uint8_t>(kCapacity);
  std::size_t size = 0;

  MutableBytes bytes() { return MutableBytes(buffer).first(size); }
};

Packet rtpPacket(std::uint32_t ssrc, std::uint16_t sequence_number, std::uint8_t fill = 7) {
  Packet packet;
  packet.size = 112;
  packet.buffer[0] = 0x80;
  packet.buffer[1] = 96;
  storeBe16(packet.buffer, 2, sequence_number);
  storeBe32(packet.buffer, 8, ssrc);
  std::fill(packet.buffer.begin() + 12, packet.buffer.begin() + 112, fill);
  return packet;
}

Packet receiverReport(std::uint32_t ssrc) {
  Packet packet;
  packet.size = 8;
  packet.buffer[0] = 0x80;
  packet.buffer[1] = 201;
  packet.buffer[3] = 1;
  storeBe32(packet.buffer, 4, ssrc);
  return packet;
}

class SrtpSessionTest : public ::testing::TestWithParam<Profile> {
 protected:
  SrtpSessionTest() {
    const auto [here, there] = keysOfTwoPeers(GetParam());
    sender_.emplace_back(*SrtpSession::make(here));
    receiver_.emplace_back(*SrtpSession::make(there));
  }
  SrtpSession& sender() { return sender_.front(); }
  SrtpSession& receiver() { return receiver_.front(); }

  Packet protect(Packet packet) {
    const auto size = sender().protectRtp(packet.buffer, packet.size);
    EXPECT_TRUE(size);
    packet.size = size.value_or(0);
    return packet;
  }

 private:
  std::vector<SrtpSession> sender_;
  std::vector<SrtpSession> receiver_;
};

TEST_P(SrtpSessionTest, GivesBackThePlainRtpPacket) {
  const Packet plain = rtpPacket(1, 1);
  Packet sealed = protect(plain);
  EXPECT_GT(sealed.size, plain.size);

  const auto opened = receiver().unprotectRtp(sealed.bytes());

  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size(), plain.size);
  EXPECT_TRUE(std::equal(opened->begin(), opened->end(), plain.buffer.begin()));
}

TEST_P(SrtpSessionTest, GivesBackThePlainRtcpPacket) {
  Packet packet = receiverReport(1);
  packet.size = *sender().protectRtcp(packet.buffer, packet.size);

  const auto opened = receiver().unprotectRtcp(packet.bytes());

  ASSERT_TRUE(opened);
  const Packet plain = receiverReport(1);
  EXPECT_TRUE(
      std::equal(opened->begin(), opened->end(), plain.buffer.begin(), plain.buffer.begin() + 8));
}

TEST_P(SrtpSessionTest, RefusesAPacketSeenBefore) {
  const Packet sealed = protect(rtpPacket(1, 1));
  Packet first = sealed, second = sealed;
  ASSERT_TRUE(receiver().unprotectRtp(first.bytes()));

  EXPECT_EQ(receiver().unprotectRtp(second.bytes()).error(), Drop::Replayed);
}

TEST_P(SrtpSessionTest, TakesAPacketThatIsThousandLate) {
  Packet late = protect(rtpPacket(1, 1));
  for (std::uint16_t n = 2; n <= 1001; ++n) {
    Packet packet = protect(rtpPacket(1, n));
    ASSERT_TRUE(receiver().unprotectRtp(packet.bytes()));
  }

  EXPECT_TRUE(receiver().unprotectRtp(late.bytes()));
}

TEST_P(SrtpSessionTest, RefusesAChangedPacket) {
  for (const std::size_t at : {std::size_t{1}, std::size_t{4}, std::size_t{20}, std::size_t{115}}) {
    Packet sealed = protect(rtpPacket(1, static_cast<std::uint16_t>(at)));
    sealed.buffer[at] ^= 1;

    EXPECT_EQ(receiver().unprotectRtp(sealed.bytes()).error(), Drop::Unauthenticated) << at;
  }
  EXPECT_EQ(receiver().inboundSsrcs(), 0u);
}

TEST_P(SrtpSessionTest, ProtectsTheSamePacketAgainIntoTheSameBytes) {
  const Packet first = protect(rtpPacket(1, 1));
  protect(rtpPacket(1, 2));

  const Packet again = protect(rtpPacket(1, 1));

  EXPECT_EQ(again.buffer, first.buffer);
}

TEST_P(SrtpSessionTest, BoundsTheSsrcsOfAPeerThatHasTheKeys) {
  for (std::uint32_t ssrc = 1; ssrc <= SrtpSession::kMaxInboundSsrcs; ++ssrc) {
    Packet packet = protect(rtpPacket(ssrc, 1));
    ASSERT_TRUE(receiver().unprotectRtp(packet.bytes()));
  }
  Packet one_more = protect(rtpPacket(1000, 1));
  Packet report = receiverReport(1001);
  report.size = *sender().protectRtcp(report.buffer, report.size);
  Packet known = protect(rtpPacket(1, 2));

  EXPECT_EQ(receiver().unprotectRtp(one_more.bytes()).error(), Drop::TooManySsrcs);
  EXPECT_EQ(receiver().unprotectRtcp(report.bytes()).error(), Drop::TooManySsrcs);
  EXPECT_TRUE(receiver().unprotectRtp(known.bytes()));
}

TEST_P(SrtpSessionTest, RefusesWhatIsTooShortInBothDirections) {
  Packet packet = rtpPacket(1, 1);
  for (std::size_t size = 0; size < 12; ++size) {
    EXPECT_FALSE(sender().protectRtp(packet.buffer, size));
    EXPECT_FALSE(receiver().unprotectRtp(MutableBytes(packet.buffer).first(size)));
    EXPECT_FALSE(receiver().unprotectRtcp(MutableBytes(packet.buffer).first(size)));
  }
  EXPECT_EQ(sender().protectRtp(packet.bytes(), packet.size).error(), Drop::NoRoom);
}

INSTANTIATE_TEST_SUITE_P(BothProfiles, SrtpSessionTest,
                         ::testing::Values(Profile::AeadAes128Gcm, Profile::Aes128CmHmacSha1_80),
                         [](const auto& profile) {
                           return profile.param == Profile::AeadAes128Gcm ? "Gcm" : "Sha1";
                         });

}  // namespace
}  // namespace ms::srtp
