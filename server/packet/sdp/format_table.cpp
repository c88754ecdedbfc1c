#include "server/packet/sdp/format_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/packet/sdp/attributes.h"
#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

constexpr std::size_t kPayloadTypes = 128;

// RFC 4585 §4.2 defines feedback for the profiles that end in F only.
bool hasFeedback(std::string_view protocol) { return protocol.ends_with('F'); }

bool isKnownFeedback(std::string_view parameters) {
  return parameters.starts_with("nack") || parameters == "goog-remb" ||
         parameters == kTransportCcFeedback || parameters.starts_with("ccm ");
}

void addFeedback(Format& format, std::string_view parameters) {
  if (format.feedback.size() == kMaxFeedbackPerFormat) return;
  if (std::ranges::find(format.feedback, parameters) == format.feedback.end())
    format.feedback.push_back(parameters);
}

}  // namespace

NegotiatedCodec Format::negotiated() const {
  NegotiatedCodec result;
  result.payload_type = payload_type;
  if (name) {
    result.codec = name->codec();
    result.clock_rate = name->clock_rate;
    result.channels = name->channels;
    result.name = name->encoding;
  }
  result.fmtp = fmtp;
  for (const std::string_view parameters : feedback) {
    result.nack |= parameters == "nack";
    result.pli |= parameters == "nack pli";
    result.fir |= parameters == "ccm fir";
    result.remb |= parameters == "goog-remb";
    result.transport_cc |= parameters == kTransportCcFeedback;
  }
  result.rtx_payload_type = rtx;
  return result;
}

FormatTable::FormatTable(const MediaDescription& media) : index_(kPayloadTypes) {
  for (const std::string& text : media.formats) {
    const auto payload_type = parsePayloadType(text);
    if (!payload_type || index_[**payload_type]) continue;
    index_[**payload_type] = formats_.size();
    Format& format = formats_.emplace_back();
    format.payload_type = *payload_type;
    format.name = staticCodec(*payload_type);
  }
  const bool has_feedback = hasFeedback(media.protocol);
  for (const Attribute& attribute : media.attributes) {
    if (!attribute.value) continue;
    if (attribute.name == "rtpmap") takeRtpMap(*attribute.value);
    if (attribute.name == "fmtp") takeFmtp(*attribute.value);
    if (attribute.name == "rtcp-fb" && has_feedback) takeFeedback(*attribute.value);
  }
}

const Format* FormatTable::find(rtp::PayloadType payload_type) const {
  if (*payload_type >= kPayloadTypes || !index_[*payload_type]) return nullptr;
  return &formats_[*index_[*payload_type]];
}

std::optional<rtp::PayloadType> FormatTable::retransmissionOf(rtp::PayloadType payload_type) const {
  const std::string apt = "apt=" + std::to_string(*payload_type);
  for (const Format& format : formats_)
    if (format.name && equalsIgnoringCase(format.name->encoding, "rtx") && format.fmtp == apt)
      return format.payload_type;
  return std::nullopt;
}

Format* FormatTable::find(std::string_view format) {
  const auto payload_type = parsePayloadType(format);
  if (!payload_type || !index_[**payload_type]) return nullptr;
  return &formats_[*index_[**payload_type]];
}

void FormatTable::takeRtpMap(std::string_view text) {
  auto map = RtpMap::parse(text);
  if (!map) return;
  const auto at = index_[*map->payload_type];
  if (!at || !formats_[*at].rtpmap.empty()) return;
  formats_[*at].name = std::move(map->name);
  formats_[*at].rtpmap = FormatParameters::parse(text).parameters;
}

void FormatTable::takeFmtp(std::string_view text) {
  const auto line = FormatParameters::parse(text);
  Format* const format = find(line.format);
  if (format && format->fmtp.empty()) format->fmtp = line.parameters;
}

void FormatTable::takeFeedback(std::string_view text) {
  const auto line = FormatParameters::parse(text);
  if (!isKnownFeedback(line.parameters)) return;
  if (line.format == "*") {
    for (Format& format : formats_) addFeedback(format, line.parameters);
  } else if (Format* const format = find(line.format)) {
    addFeedback(*format, line.parameters);
  }
}

}  // namespace ms::sdp
