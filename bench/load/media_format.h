// The formats that the tool sends and receives, one m-line each.
#pragma once

#include <string>

#include "server/packet/rtp/types.h"

namespace ms::load {

struct MediaFormat {
  rtp::Codec codec = rtp::Codec::Vp8;
  std::string kind;  // "video", as m= has it.
  std::string name;  // "VP8/90000", as a=rtpmap has it.
  std::string fmtp;  // Empty: none.
  std::uint8_t payload_type = 96;
  std::uint32_t clock_rate = 90000;
};

// "VP8", "H264" or "opus". Throws LoadError for others.
MediaFormat mediaFormat(const std::string& codec);

}  // namespace ms::load
