// The keys of one SRTP association in both directions, as DTLS-SRTP (RFC 5764) or SDES (RFC 4568)
// give them, and the sizes that belong to each protection profile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ms::srtp {

// Cipher and authentication of SRTP and SRTCP. An authentication tag of 32 bits holds for SRTP
// only: SRTCP always has 80 (RFC 4568 §6.2.2, RFC 6188 §5).
enum class Profile : std::uint8_t {
  AeadAes128Gcm,        // RFC 7714; preferred.
  Aes128CmHmacSha1_80,  // RFC 3711; every implementation has it.
  AeadAes256Gcm,        // RFC 7714
  Aes128CmHmacSha1_32,  // RFC 3711, with SDES only.
  Aes256CmHmacSha1_80,  // RFC 6188, with SDES only.
  Aes256CmHmacSha1_32,
};
inline constexpr std::array kProfiles = {
    Profile::AeadAes128Gcm,       Profile::Aes128CmHmacSha1_80, Profile::AeadAes256Gcm,
    Profile::Aes128CmHmacSha1_32, Profile::Aes256CmHmacSha1_80, Profile::Aes256CmHmacSha1_32,
};

constexpr bool isAead(Profile profile) {
  return profile == Profile::AeadAes128Gcm || profile == Profile::AeadAes256Gcm;
}

// Of the master key and of the session key that encrypts.
constexpr std::size_t keyBytes(Profile profile) {
  switch (profile) {
    case Profile::AeadAes256Gcm:
    case Profile::Aes256CmHmacSha1_80:
    case Profile::Aes256CmHmacSha1_32:
      return 32;
    default:
      return 16;
  }
}

// Of the master salt and of the session salt.
constexpr std::size_t saltBytes(Profile profile) { return isAead(profile) ? 12 : 14; }

constexpr std::size_t rtpTagBytes(Profile profile) {
  if (isAead(profile)) return 16;
  const bool is_short =
      profile == Profile::Aes128CmHmacSha1_32 || profile == Profile::Aes256CmHmacSha1_32;
  return is_short ? 4 : 10;
}
constexpr std::size_t rtcpTagBytes(Profile profile) { return isAead(profile) ? 16 : 10; }

inline constexpr std::size_t kMaxMasterKeyBytes = 46;

// Master key followed by master salt; bytes past keyBytes() + saltBytes() are not used.
using MasterKey = std::array<std::uint8_t, kMaxMasterKeyBytes>;

struct SrtpKeys {
  Profile profile = Profile::AeadAes128Gcm;
  MasterKey outbound{};  // Protects what we send.
  MasterKey inbound{};   // Unprotects what the peer sends.
};

}  // namespace ms::srtp
