// For tests: keys of two ends of one association, and names of the profiles.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/packet/srtp/srtp_keys.h"

namespace ms::srtp {

inline std::pair<SrtpKeys, SrtpKeys> keysOfTwoPeers(Profile profile) {
  SrtpKeys here{.profile = profile};
  for (std::size_t i = 0; i < kMaxMasterKeyBytes; ++i) {
    here.outbound[i] = static_cast<std::uint8_t>(i);
    here.inbound[i] = static_cast<std::uint8_t>(100 + i);
  }
  SrtpKeys there = here;
  std::swap(there.outbound, there.inbound);
  return {here, there};
}

inline std::string profileName(const ::testing::TestParamInfo<Profile>& profile) {
  switch (profile.param) {
    case Profile::AeadAes128Gcm:
      return "AeadAes128Gcm";
    case Profile::AeadAes256Gcm:
      return "AeadAes256Gcm";
    case Profile::Aes128CmHmacSha1_80:
      return "Aes128CmHmacSha1_80";
    case Profile::Aes128CmHmacSha1_32:
      return "Aes128CmHmacSha1_32";
    case Profile::Aes256CmHmacSha1_80:
      return "Aes256CmHmacSha1_80";
    case Profile::Aes256CmHmacSha1_32:
      return "Aes256CmHmacSha1_32";
  }
  return "Unknown";
}

}  // namespace ms::srtp
