// How much of a master key's life is used up (RFC 3711 §9.2): packets are counted over all streams.
#pragma once

#include <cstdint>

#include "server/packet/srtp/packet_index.h"

namespace ms::srtp {

enum class KeyState : std::uint8_t { Fresh, SoftLimitReached, Expired };

// SDES may agree on less (RFC 4568 §6.1, "lifetime").
struct KeyLifetime {
  std::uint64_t rtp_packets = kRtpIndices;
  std::uint64_t rtcp_packets = kRtcpIndices;
  std::uint64_t soft_limit_packets = 1 << 16;  // So many before the end is the soft limit.
};

class KeyUse {
 public:
  KeyUse(std::uint64_t lifetime, std::uint64_t soft_limit)
      : lifetime_(lifetime), soft_limit_(soft_limit) {}

  void count() { ++used_; }
  KeyState state() const {
    if (used_ >= lifetime_) return KeyState::Expired;
    return lifetime_ - used_ <= soft_limit_ ? KeyState::SoftLimitReached : KeyState::Fresh;
  }

 private:
  std::uint64_t lifetime_;
  std::uint64_t soft_limit_;
  std::uint64_t used_ = 0;
};

}  // namespace ms::srtp
