// What a GStreamer chain gives to the packet plane: the RTP packets of one frame, or of a part of
// it, as a payloader wrote them. Shared by all sources that are given it, changed by none.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "server/base/units.h"
#include "server/packet/peer/codec_format.h"

namespace ms::frame {

struct RtpFrame {
  // Packets of one payloader since its start have the same number, and no others.
  std::uint32_t stream = 0;
  peer::CodecFormat format;
  Timestamp due;  // When it is to be shown: the clock of Loop::now().
  bool starts_key_frame = false;
  std::vector<std::vector<std::uint8_t>> packets;  // Whole RTP packets.
};
using RtpFramePtr = std::shared_ptr<const RtpFrame>;

}  // namespace ms::frame
