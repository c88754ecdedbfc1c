#include "server/packet/srtp/packet_cipher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "server/packet/srtp/test_hex.h"

namespace ms::srtp {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;

// RFC 7714 §16 and §17 give session keys; SRTP and SRTCP have the same there.
SessionKeys keysOfRfc7714(Profile profile) {
  SessionKeys keys{.profile = profile, .rtp = {}, .rtcp = {}};
  for (std::size_t i = 0; i < keyBytes(profile); ++i)
    keys.rtp.cipher[i] = static_cast<std::uint8_t>(i);
  std::ranges::copy(hex("517569642070726f2071756f"), keys.rtp.salt.begin());
  keys.rtcp = keys.rtp;
  return keys;
}

struct Vector {
  Profile profile;
  std::string_view sealed_rtp;
  std::string_view sealed_rtcp;
};

constexpr std::string_view kRtp =
    "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976"
    "69736120 696e2070 61727465 73207472 6573";
constexpr PacketId kRtpId{.ssrc = 0x5501a0b2, .index = 0xf17b};

constexpr std::string_view kRtcp =
    "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"
    "deadbeef deadbeef deadbeef deadbeef deadbeef";
constexpr PacketId kRtcpId{.ssrc = 0x4d617273, .index = 0x5d4};

constexpr Vector kVectors[] = {
    {.profile = Profile::AeadAes128Gcm,  // §16.1.1, §17.1
     .sealed_rtp = "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5"
                   "0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
     .sealed_rtcp = "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d"
                    "c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872"
                    "45d9eade 800005d4"},
    {.profile = Profile::AeadAes256Gcm,  // §16.2.1, §17.2
     .sealed_rtp = "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238"
                   "9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13",
     .sealed_rtcp = "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50"
                    "a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c"
                    "b26ac3be 800005d4"},
};

std::vector<std::uint8_t> withRoom(std::vector<std::uint8_t> packet, std::size_t trailer_bytes) {
  packet.resize(packet.size() + trailer_bytes);
  return packet;
}

TEST(PacketCipher, SealsTheRtpPacketsOfRfc7714) {
  for (const Vector& vector : kVectors) {
    const auto cipher = makePacketCipher(keysOfRfc7714(vector.profile), Direction::Seal);
    auto packet = withRoom(hex(kRtp), cipher->rtpTrailerBytes());

    ASSERT_TRUE(cipher->sealRtp(kRtpId, packet, 12));

    EXPECT_THAT(packet, ElementsAreArray(hex(vector.sealed_rtp)));
  }
}

TEST(PacketCipher, SealsTheRtcpPacketsOfRfc7714) {
  for (const Vector& vector : kVectors) {
    const auto cipher = makePacketCipher(keysOfRfc7714(vector.profile), Direction::Seal);
    auto packet = withRoom(hex(kRtcp), cipher->rtcpTrailerBytes());

    ASSERT_TRUE(cipher->sealRtcp(kRtcpId, packet));

    EXPECT_THAT(packet, ElementsAreArray(hex(vector.sealed_rtcp)));
  }
}

TEST(PacketCipher, OpensThePacketsOfRfc7714) {
  for (const Vector& vector : kVectors) {
    const auto cipher = makePacketCipher(keysOfRfc7714(vector.profile), Direction::Open);
    auto rtp = hex(vector.sealed_rtp), rtcp = hex(vector.sealed_rtcp);

    EXPECT_EQ(cipher->rtcpIndexWord(rtcp), 0x8000'05d4);
    ASSERT_TRUE(cipher->openRtp(kRtpId, rtp, 12) && cipher->openRtcp(kRtcpId, rtcp));

    EXPECT_THAT(Bytes(rtp).first(rtp.size() - 16), ElementsAreArray(hex(kRtp)));
    EXPECT_THAT(Bytes(rtcp).first(rtcp.size() - 20), ElementsAreArray(hex(kRtcp)));
  }
}

// RFC 7714 §17.3: an SRTCP packet whose E is 0.
TEST(PacketCipher, OpensAnRtcpPacketThatIsAuthenticatedOnly) {
  const auto cipher = makePacketCipher(keysOfRfc7714(Profile::AeadAes128Gcm), Direction::Open);
  auto packet = hex(kRtcp);
  std::ranges::copy(hex("841dd968 3dd78ec9 2ae58790 125f62b3 000005d4"),
                    std::back_inserter(packet));

  EXPECT_TRUE(cipher->openRtcp(kRtcpId, packet));
  packet[20] ^= 1;
  EXPECT_FALSE(cipher->openRtcp(kRtcpId, packet));
}

// RFC 3711 §B.2: SSRC and index 0, so that the keystream begins at the salt itself.
TEST(PacketCipher, HasTheKeystreamOfRfc3711) {
  SessionKeys keys{.profile = Profile::Aes128CmHmacSha1_80, .rtp = {}, .rtcp = {}};
  std::ranges::copy(hex("2b7e151628aed2a6abf7158809cf4f3c"), keys.rtp.cipher.begin());
  std::ranges::copy(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd"), keys.rtp.salt.begin());
  const auto cipher = makePacketCipher(keys, Direction::Seal);
  std::vector<std::uint8_t> packet(12 + 48 + cipher->rtpTrailerBytes());

  ASSERT_TRUE(cipher->sealRtp({}, packet, 12));

  EXPECT_THAT(Bytes(packet).first(12), Each(0));
  EXPECT_THAT(
      Bytes(packet).subspan(12, 48),
      ElementsAreArray(hex("e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab"
                           "41e95b3bb0a2e8dd477901e4fca894c0")));
}

TEST(PacketCipher, OpensOnlyUnderTheIndexAndSsrcThatItWasSealedWith) {
  constexpr PacketId kId{.ssrc = 0x8000'0001, .index = 0xffff'fffe'0001};
  for (const Profile profile : kProfiles) {
    const auto keys = deriveSessionKeys(profile, MasterKey{1, 2, 3});
    const auto sealing = makePacketCipher(*keys, Direction::Seal);
    const auto opening = makePacketCipher(*keys, Direction::Open);
    auto sealed = withRoom(hex(kRtp), sealing->rtpTrailerBytes());
    ASSERT_TRUE(sealing->sealRtp(kId, sealed, 12));
    const auto opensAs = [&](const PacketId& id) {
      auto packet = sealed;
      return opening->openRtp(id, packet, 12) &&
             std::ranges::equal(hex(kRtp), Bytes(packet).first(50));
    };

    EXPECT_TRUE(opensAs(kId));
    EXPECT_FALSE(opensAs({.ssrc = kId.ssrc, .index = kId.index ^ 0x8000'0000'0000}));
    EXPECT_FALSE(opensAs({.ssrc = kId.ssrc, .index = kId.index ^ 0x1'0000}));
    if (isAead(profile)) {  // Otherwise SSRC and sequence number are authenticated as parts of the
                            // header.
      EXPECT_FALSE(opensAs({.ssrc = kId.ssrc ^ 1, .index = kId.index}));
    }
  }
}

}  // namespace
}  // namespace ms::srtp
