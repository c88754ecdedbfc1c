// Payload structures of H264 and H265 that this server never negotiates, and nobody here can
// unpack: what has one is noise, whatever its payload type says.
//
// Source: RFC 6184 §5.2 and §5.4 (STAP-B, MTAP and FU-B belong to the interleaved mode), RFC 7798
// §4.4.4 (PACI).
#pragma once

#include <cstdint>

#include "server/base/bytes.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

constexpr bool hasForeignStructure(Codec codec, Bytes payload) noexcept {
  constexpr std::uint8_t kStapB = 25, kMtap24 = 27, kFuB = 29, kPaci = 50;
  if (payload.empty()) return false;
  if (codec == Codec::H264) {
    const std::uint8_t type = payload[0] & 0x1f;
    return (type >= kStapB && type <= kMtap24) || type == kFuB;
  }
  return codec == Codec::H265 && (payload[0] >> 1 & 0x3f) == kPaci;
}

}  // namespace ms::rtp
