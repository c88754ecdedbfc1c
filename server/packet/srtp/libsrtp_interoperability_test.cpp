// SrtpSession and libsrtp2 understand each other, both ways, with every profile.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "server/packet/srtp/libsrtp_reference.h"
#include "server/packet/srtp/srtp_session.h"
#include "server/packet/srtp/test_keys.h"

namespace ms::srtp {
namespace {

using Packet = std::vector<std::uint8_t>;

Packet rtpPacket(std::uint32_t ssrc, std::uint16_t sequence_number, std::mt19937& random) {
  const std::size_t csrcs = random() % 3 == 0 ? random() % 16 : 0;
  const std::size_t extension_words = random() % 20;
  const bool has_extension = random() % 2;
  Packet packet(12 + 4 * csrcs);
  packet[0] = static_cast<std::uint8_t>(0x80 | (has_extension ? 0x10 : 0) | csrcs);
  if (has_extension) {
    const std::size_t at = packet.size();
    packet.resize(at + 4 + 4 * extension_words);
    storeBe16(packet, at, 0xbede);
    storeBe16(packet, at + 2, static_cast<std::uint16_t>(extension_words));
  }
  packet.resize(packet.size() + random() % 200);
  for (std::size_t i = 12 + 4 * csrcs + (has_extension ? 4 : 0); i < packet.size(); ++i)
    packet[i] = static_cast<std::uint8_t>(random());
  packet[1] = 96;
  storeBe16(packet, 2, sequence_number);
  storeBe32(packet, 8, ssrc);
  return packet;
}

Packet rtcpPacket(std::uint32_t ssrc, std::mt19937& random) {
  Packet packet(8 + 4 * (random() % 100));
  for (std::uint8_t& byte : packet) byte = static_cast<std::uint8_t>(random());
  packet[0] = 0x80;
  packet[1] = 200;
  storeBe16(packet, 2, static_cast<std::uint16_t>(packet.size() / 4 - 1));
  storeBe32(packet, 4, ssrc);
  return packet;
}

template <class Session>
Packet sealRtp(Session& session, Packet packet) {
  const std::size_t size = packet.size();
  packet.resize(size + SRTP_MAX_TRAILER_LEN);
  const auto sealed = session.protectRtp(packet, size);
  packet.resize(sealed ? *sealed : 0);
  return packet;
}

template <class Session>
Packet sealRtcp(Session& session, Packet packet) {
  const std::size_t size = packet.size();
  packet.resize(size + SRTP_MAX_TRAILER_LEN + 4);
  const auto sealed = session.protectRtcp(packet, size);
  packet.resize(sealed ? *sealed : 0);
  return packet;
}

class LibsrtpInteroperability : public ::testing::TestWithParam<Profile> {
 protected:
  SrtpSession ours = *SrtpSession::make(keysOfTwoPeers(GetParam()).first);
  SrtpSession our_far_end = *SrtpSession::make(keysOfTwoPeers(GetParam()).second);
  LibsrtpReference reference{keysOfTwoPeers(GetParam()).first};
  LibsrtpReference reference_far_end{keysOfTwoPeers(GetParam()).second};
  std::mt19937 random{7};
};

// Three rollovers, in steps of up to 600, every tenth packet late.
std::vector<std::uint16_t> sequenceNumbers(std::mt19937& random) {
  std::vector<std::uint16_t> numbers;
  for (std::uint32_t n = 65'000; n < 270'000; n += 1 + random() % 600)
    numbers.push_back(static_cast<std::uint16_t>(n));
  for (std::size_t i = 10; i < numbers.size(); i += 10) std::swap(numbers[i - 1], numbers[i]);
  return numbers;
}

TEST_P(LibsrtpInteroperability, SealsTheSameRtpBytes) {
  for (const std::uint16_t number : sequenceNumbers(random)) {
    const Packet plain = rtpPacket(number % 3, number, random);
    ASSERT_EQ(sealRtp(ours, plain), sealRtp(reference, plain)) << number;
  }
}

TEST_P(LibsrtpInteroperability, OpensWhatTheReferenceSealed) {
  for (const std::uint16_t number : sequenceNumbers(random)) {
    const Packet plain = rtpPacket(1, number, random);
    Packet sealed = sealRtp(reference, plain);
    const auto opened = our_far_end.unprotectRtp(sealed);
    ASSERT_TRUE(opened && std::ranges::equal(*opened, plain)) << number;
  }
}

TEST_P(LibsrtpInteroperability, SealsWhatTheReferenceOpens) {
  for (const std::uint16_t number : sequenceNumbers(random)) {
    const Packet plain = rtpPacket(1, number, random);
    Packet sealed = sealRtp(ours, plain);
    const auto opened = reference_far_end.unprotectRtp(sealed);
    ASSERT_TRUE(opened && std::ranges::equal(*opened, plain)) << number;
  }
}

TEST_P(LibsrtpInteroperability, SealsTheSameRtcpBytesOneIndexApart) {
  const Packet first = rtcpPacket(1, random);
  sealRtcp(ours, first);  // The reference leaves out index 0.
  for (int i = 0; i < 300; ++i) {
    const Packet plain = rtcpPacket(1, random);
    ASSERT_EQ(sealRtcp(ours, plain), sealRtcp(reference, plain)) << i;
  }
}

TEST_P(LibsrtpInteroperability, ExchangesRtcpBothWays) {
  for (int i = 0; i < 300; ++i) {
    const Packet plain = rtcpPacket(static_cast<std::uint32_t>(i % 3), random);
    Packet from_us = sealRtcp(ours, plain), from_reference = sealRtcp(reference, plain);
    const auto by_reference = reference_far_end.unprotectRtcp(from_us);
    const auto by_us = our_far_end.unprotectRtcp(from_reference);
    ASSERT_TRUE(by_reference && std::ranges::equal(*by_reference, plain)) << i;
    ASSERT_TRUE(by_us && std::ranges::equal(*by_us, plain)) << i;
  }
}

TEST_P(LibsrtpInteroperability, RefusesTheSameReplaysAndDamages) {
  std::vector<Packet> sealed;
  for (std::uint32_t n = 65'000; n < 67'500; ++n)
    sealed.push_back(sealRtp(reference, rtpPacket(1, static_cast<std::uint16_t>(n), random)));
  int taken = 0;
  for (int i = 0; i < 6000; ++i) {
    Packet packet = sealed[std::min<std::size_t>(sealed.size() - 1, random() % (1 + i))];
    if (random() % 4 == 0)
      packet[random() % packet.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
    Packet same = packet;
    const bool expected = reference_far_end.unprotectRtp(same).has_value();
    ASSERT_EQ(our_far_end.unprotectRtp(packet).has_value(), expected) << i;
    taken += expected;
  }
  EXPECT_GT(taken, 500);
}

INSTANTIATE_TEST_SUITE_P(EveryProfile, LibsrtpInteroperability, ::testing::ValuesIn(kProfiles),
                         profileName);

}  // namespace
}  // namespace ms::srtp
