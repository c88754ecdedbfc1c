// What a player is told, and what it tells of its media: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "server/frame/encoder_bitrates.h"

namespace ms::frame {

class MediaFeed;

// Which media is handed on as it came to those who can take it.
enum class MediaForm { Raw, Encoded };

// What happens to media on its way to a sink.
enum class Conversion { AsItCame, Transcoded };

// What is not read from anywhere, but handed over.
inline constexpr const char* kFeedUri = "appsrc://";

struct PlayerSettings {
  std::string uri;                    // With a scheme.
  std::shared_ptr<MediaFeed> feed{};  // Where the bytes come from, with kFeedUri; else null.
  // Raw: video is decoded and encoded for each format, so that a key frame can be had at any time.
  // Audio needs none, and is handed on where it fits.
  MediaForm form = MediaForm::Raw;
  std::chrono::milliseconds network_cache{2000};  // Of RTSP.
  std::string rtsp_client_port_range;             // "min-max"; empty: any.
  std::string playable_elements;                  // Further ones, see PlayableElements.
  EncoderBitrates bitrates;
};

// All zero while nothing is known.
struct VideoInfo {
  bool is_seekable = false;
  std::chrono::milliseconds seekable_begin{0};
  std::chrono::milliseconds seekable_end{0};
  std::chrono::milliseconds duration{0};

  friend bool operator==(const VideoInfo&, const VideoInfo&) = default;
};

}  // namespace ms::frame
