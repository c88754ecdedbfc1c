#include "server/packet/srtp/srtp_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "server/packet/srtp/test_keys.h"

namespace ms::srtp {
namespace {

constexpr std::size_t kCapacity = 1500;

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
  for (const std::size_t at : {std::size_t{1}, std::size_t{4}, std::size_t{20}, std::size_t{113}}) {
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

// The length of the extension says that it is longer than the packet.
TEST_P(SrtpSessionTest, RefusesAHeaderThatIsLongerThanThePacket) {
  Packet packet = rtpPacket(1, 1);
  packet.buffer[0] = 0x90;
  storeBe16(packet.buffer, 14, 0xffff);

  EXPECT_EQ(sender().protectRtp(packet.buffer, packet.size).error(), Drop::Malformed);
  EXPECT_EQ(receiver().unprotectRtp(packet.bytes()).error(), Drop::Malformed);
  packet.buffer[0] = 0x8f;  // 15 CSRCs.
  EXPECT_EQ(receiver().unprotectRtp(packet.bytes().first(40)).error(), Drop::Malformed);
}

TEST_P(SrtpSessionTest, TakesNothingFromAForgedPacketOfAKnownStream) {
  Packet first = protect(rtpPacket(1, 1000));
  ASSERT_TRUE(receiver().unprotectRtp(first.bytes()));
  Packet second = protect(rtpPacket(1, 1001));

  // Had it moved the window or the rollover counter, the next packet would be refused.
  for (const std::uint16_t number : {30'000, 60'000, 20'000, 1001}) {
    Packet forged = rtpPacket(1, number);
    EXPECT_EQ(receiver().unprotectRtp(forged.bytes()).error(), Drop::Unauthenticated);
  }
  EXPECT_TRUE(receiver().unprotectRtp(second.bytes()));
}

TEST_P(SrtpSessionTest, TakesReportsInAnyOrderOnce) {
  std::vector<Packet> reports;
  for (int i = 0; i < 100; ++i) {
    Packet report = receiverReport(1);
    report.size = *sender().protectRtcp(report.buffer, report.size);
    reports.push_back(report);
  }
  std::ranges::reverse(reports);
  for (Packet report : reports) EXPECT_TRUE(receiver().unprotectRtcp(report.bytes()));
  for (Packet report : reports)
    EXPECT_EQ(receiver().unprotectRtcp(report.bytes()).error(), Drop::Replayed);
}

TEST_P(SrtpSessionTest, BoundsTheSsrcsItSendsOn) {
  for (std::uint32_t ssrc = 1; ssrc <= SrtpSession::kMaxOutboundSsrcs; ++ssrc)
    protect(rtpPacket(ssrc, 1));
  Packet one_more = rtpPacket(1000, 1), report = receiverReport(1001);

  EXPECT_EQ(sender().protectRtp(one_more.buffer, one_more.size).error(), Drop::TooManySsrcs);
  EXPECT_EQ(sender().protectRtcp(report.buffer, report.size).error(), Drop::TooManySsrcs);
}

TEST_P(SrtpSessionTest, TellsThatTheKeysNearTheirEndAndStopsThere) {
  const auto [here, there] = keysOfTwoPeers(GetParam());
  constexpr KeyLifetime kShort{.rtp_packets = 10, .rtcp_packets = 5, .soft_limit_packets = 2};
  SrtpSession sending = *SrtpSession::make(here, kShort),
              receiving = *SrtpSession::make(there, kShort);
  std::vector<KeyState> outbound, inbound;
  for (std::uint16_t n = 0; n < 10; ++n) {
    Packet packet = rtpPacket(n % 2, n);
    packet.size = *sending.protectRtp(packet.buffer, packet.size);
    ASSERT_TRUE(receiving.unprotectRtp(packet.bytes()));
    outbound.push_back(sending.outboundKey());
    inbound.push_back(receiving.inboundKey());
  }

  std::vector<KeyState> expected(7, KeyState::Fresh);
  expected.insert(expected.end(),
                  {KeyState::SoftLimitReached, KeyState::SoftLimitReached, KeyState::Expired});
  EXPECT_EQ(outbound, expected);
  EXPECT_EQ(inbound, expected);
  EXPECT_EQ(receiving.outboundKey(), KeyState::Fresh);
  Packet packet = rtpPacket(1, 100);
  EXPECT_EQ(sending.protectRtp(packet.buffer, packet.size).error(), Drop::KeyExpired);
  packet = protect(packet);
  EXPECT_EQ(receiving.unprotectRtp(packet.bytes()).error(), Drop::KeyExpired);
}

TEST_P(SrtpSessionTest, CountsReportsByThemselves) {
  const auto [here, there] = keysOfTwoPeers(GetParam());
  constexpr KeyLifetime kShort{.rtp_packets = 1000, .rtcp_packets = 5, .soft_limit_packets = 2};
  SrtpSession sending = *SrtpSession::make(here, kShort),
              receiving = *SrtpSession::make(there, kShort);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(sending.outboundKey(), i < 3 ? KeyState::Fresh : KeyState::SoftLimitReached);
    EXPECT_EQ(receiving.inboundKey(), i < 3 ? KeyState::Fresh : KeyState::SoftLimitReached);
    Packet report = receiverReport(1);
    report.size = *sending.protectRtcp(report.buffer, report.size);
    ASSERT_TRUE(receiving.unprotectRtcp(report.bytes()));
  }

  Packet report = receiverReport(1);
  EXPECT_EQ(sending.protectRtcp(report.buffer, report.size).error(), Drop::KeyExpired);
  report.size = *sender().protectRtcp(report.buffer, report.size);
  EXPECT_EQ(receiving.unprotectRtcp(report.bytes()).error(), Drop::KeyExpired);
}

TEST(KeyLifetime, IsWhatRfc3711Allows) {
  KeyUse rtp(KeyLifetime{}.rtp_packets, KeyLifetime{}.soft_limit_packets);
  rtp.count();
  EXPECT_EQ(KeyLifetime{}.rtp_packets, std::uint64_t{1} << 48);
  EXPECT_EQ(KeyLifetime{}.rtcp_packets, std::uint64_t{1} << 31);
  EXPECT_EQ(rtp.state(), KeyState::Fresh);
}

INSTANTIATE_TEST_SUITE_P(EveryProfile, SrtpSessionTest, ::testing::ValuesIn(kProfiles),
                         profileName);

}  // namespace
}  // namespace ms::srtp
