// How fast encoders may be: bits, and pictures, per second. Source: config.md,
// MediaElement.conf.ini; AudioCaps and VideoCaps of the API.
#pragma once

#include <algorithm>

#include "server/base/units.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

struct FrameRate {
  int numerator = 0;
  int denominator = 1;

  friend bool operator==(const FrameRate&, const FrameRate&) = default;
};

struct EncoderBitrates {
  // Of video.
  Bitrate initial = Bitrate(300'000);
  Bitrate min = Bitrate(0);
  Bitrate max = Bitrate(0);  // 0: no limit.
  // Of audio, for codecs that have a choice. 0: what the encoder thinks fit.
  Bitrate audio = Bitrate(0);
  // Pictures beyond are left out. 0: none.
  FrameRate max_frame_rate = {};

  friend bool operator==(const EncoderBitrates&, const EncoderBitrates&) = default;
};

// When the limits contradict each other, max counts.
inline Bitrate withinLimits(Bitrate bitrate, const EncoderBitrates& limits) {
  bitrate = std::max(bitrate, limits.min);
  return *limits.max > 0 ? std::min(bitrate, limits.max) : bitrate;
}

// What an encoder begins with.
inline Bitrate initialBitrate(rtp::MediaKind kind, const EncoderBitrates& bitrates) {
  return kind == rtp::MediaKind::Audio ? bitrates.audio : withinLimits(bitrates.initial, bitrates);
}

// Whether encoders have to be made anew for them.
inline bool needNewEncoders(const EncoderBitrates& before, const EncoderBitrates& now) {
  return before.audio != now.audio || before.max_frame_rate != now.max_frame_rate;
}

}  // namespace ms::frame
