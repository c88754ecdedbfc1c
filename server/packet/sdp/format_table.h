// The payload types of one m-line with all that its attributes say about them, read in one pass.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "server/packet/rtp/types.h"
#include "server/packet/sdp/codec_preferences.h"
#include "server/packet/sdp/negotiated.h"
#include "server/packet/sdp/session_description.h"

namespace ms::sdp {

inline constexpr std::size_t kMaxFeedbackPerFormat = 16;
inline constexpr std::string_view kTransportCcFeedback = "transport-cc";

struct Format {
  rtp::PayloadType payload_type;
  std::optional<CodecName> name;  // From rtpmap, else from the static table.
  std::string_view rtpmap;        // "opus/48000/2"; empty without a line.
  std::string_view fmtp;          // Parameters of the first fmtp line.
  // Parameters of the rtcp-fb lines this server goes along with: nack, ccm, goog-remb,
  // transport-cc.
  std::vector<std::string_view> feedback;
  // Its retransmissions, where they are agreed on (RFC 4588 §8.1).
  std::optional<rtp::PayloadType> rtx = std::nullopt;

  NegotiatedCodec negotiated() const;
};

// Views of `media`, which must live longer.
class FormatTable {
 public:
  explicit FormatTable(const MediaDescription& media);

  // In the order of the m-line, each payload type once; words that are no payload type left out.
  const std::vector<Format>& formats() const { return formats_; }
  const Format* find(rtp::PayloadType payload_type) const;
  // The `rtx` format whose apt is `payload_type`.
  std::optional<rtp::PayloadType> retransmissionOf(rtp::PayloadType payload_type) const;

 private:
  Format* find(std::string_view format);
  void takeRtpMap(std::string_view text);
  void takeFmtp(std::string_view text);
  void takeFeedback(std::string_view text);

  std::vector<Format> formats_;
  std::vector<std::optional<std::size_t>> index_;  // By payload type.
};

}  // namespace ms::sdp
