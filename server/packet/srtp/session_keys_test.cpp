#include "server/packet/srtp/session_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "server/packet/srtp/test_hex.h"

namespace ms::srtp {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;

MasterKey masterKey(std::string_view text) {
  MasterKey key{};
  std::ranges::copy(hex(text), key.begin());
  return key;
}

// RFC 3711 §B.3.
TEST(SessionKeys, AreThoseOfRfc3711) {
  const auto keys =
      deriveSessionKeys(Profile::Aes128CmHmacSha1_80,
                        masterKey("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6"));

  ASSERT_TRUE(keys);
  EXPECT_THAT(Bytes(keys->rtp.cipher).first(16),
              ElementsAreArray(hex("c61e7a93744f39ee10734afe3ff7a087")));
  EXPECT_THAT(Bytes(keys->rtp.cipher).subspan(16), Each(0));
  EXPECT_THAT(keys->rtp.salt, ElementsAreArray(hex("30cbbc08863d8c85d49db34a9ae1")));
  EXPECT_THAT(keys->rtp.authentication,
              ElementsAreArray(hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4")));
  EXPECT_NE(keys->rtcp.cipher, keys->rtp.cipher);
}

// RFC 6188 §7.2.
TEST(SessionKeys, AreThoseOfRfc6188) {
  const auto keys =
      deriveSessionKeys(Profile::Aes256CmHmacSha1_80,
                        masterKey("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"
                                  "3b04803de51ee7c96423ab5b78d2"));

  ASSERT_TRUE(keys);
  EXPECT_THAT(
      keys->rtp.cipher,
      ElementsAreArray(hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4")));
  EXPECT_THAT(keys->rtp.salt, ElementsAreArray(hex("fa31791685ca444a9e07c6c64e93")));
  EXPECT_THAT(keys->rtp.authentication,
              ElementsAreArray(hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05")));
}

}  // namespace
}  // namespace ms::srtp
