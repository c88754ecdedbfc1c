// The keys of one SRTP association in both directions, as DTLS-SRTP (RFC 5764) gives them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ms::srtp {

enum class Profile : std::uint8_t {
  AeadAes128Gcm,        // RFC 7714; preferred.
  Aes128CmHmacSha1_80,  // RFC 3711; every implementation has it.
};

inline constexpr std::size_t kMaxMasterKeyBytes = 30;

constexpr std::size_t keyBytes(Profile) { return 16; }
constexpr std::size_t saltBytes(Profile profile) {
  return profile == Profile::AeadAes128Gcm ? 12 : 14;
}

// Master key followed by master salt; bytes past keyBytes() + saltBytes() are not used.
using MasterKey = std::array<std::uint8_t, kMaxMasterKeyBytes>;

struct SrtpKeys {
  Profile profile = Profile::AeadAes128Gcm;
  MasterKey outbound{};  // Protects what we send.
  MasterKey inbound{};   // Unprotects what the peer sends.
};

}  // namespace ms::srtp
