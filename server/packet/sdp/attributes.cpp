#include "server/packet/sdp/attributes.h"

#include <algorithm>
#include <array>

#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

constexpr std::string_view kDirectionNames[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
constexpr std::uint8_t kMaxPayloadType = 127;

// Known hash functions, the one to prefer first. MD5 and MD2 are not (RFC 8122 §5).
struct Hash {
  std::string_view name;
  std::size_t bytes;
};
constexpr Hash kHashes[] = {
    {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}, {"sha-224", 28}, {"sha-1", 20}};

std::size_t rankOf(const Fingerprint& fingerprint) {
  std::size_t rank = 0;
  while (rank < std::size(kHashes) && kHashes[rank].name != fingerprint.hash) ++rank;
  return rank;
}

std::optional<std::vector<std::uint8_t>> parseHexPairs(std::string_view text, std::size_t bytes) {
  if (text.size() != bytes * 3 - 1) return std::nullopt;
  std::vector<std::uint8_t> result;
  result.reserve(bytes);
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint8_t byte = 0;
    const char* const first = text.data() + at;
    const auto [end, error] = std::from_chars(first, first + 2, byte, 16);
    if (error != std::errc() || end != first + 2) return std::nullopt;
    if (at + 2 < text.size() && text[at + 2] != ':') return std::nullopt;
    result.push_back(byte);
  }
  return result;
}

// The number behind "AS:" or "TIAS:" in the first b= line that has it.
template <class T>
std::optional<T> bandwidth(const Section& section, std::string_view type) {
  for (const Line& line : section.lines) {
    if (line.type != 'b') continue;
    const std::string_view text = line.value;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || !equalsIgnoringCase(text.substr(0, colon), type))
      continue;
    if (const auto number = parseNumber<T>(trimmed(text.substr(colon + 1)))) return number;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Direction> parseDirection(std::string_view attribute_name) {
  for (std::size_t i = 0; i < std::size(kDirectionNames); ++i)
    if (kDirectionNames[i] == attribute_name) return static_cast<Direction>(i);
  return std::nullopt;
}

std::string_view write(Direction direction) {
  return kDirectionNames[static_cast<std::size_t>(direction)];
}

Direction mirrored(Direction direction) {
  if (direction == Direction::SendOnly) return Direction::RecvOnly;
  if (direction == Direction::RecvOnly) return Direction::SendOnly;
  return direction;
}

Direction direction(const MediaDescription& media, const SessionDescription& session) {
  for (const Section* section :
       {static_cast<const Section*>(&media), static_cast<const Section*>(&session)})
    for (const Attribute& attribute : section->attributes)
      if (const auto found = parseDirection(attribute.name)) return *found;
  return Direction::SendRecv;
}

bool sends(Direction direction) {
  return direction == Direction::SendRecv || direction == Direction::SendOnly;
}

bool receives(Direction direction) {
  return direction == Direction::SendRecv || direction == Direction::RecvOnly;
}

std::optional<rtp::PayloadType> parsePayloadType(std::string_view text) {
  const auto number = parseNumber<std::uint8_t>(text);
  if (!number || *number > kMaxPayloadType) return std::nullopt;
  return rtp::PayloadType(*number);
}

std::optional<RtpMap> RtpMap::parse(std::string_view text) {
  const auto payload_type = parsePayloadType(takeWord(text));
  auto name = CodecName::parse(takeWord(text));
  if (!payload_type || !name) return std::nullopt;
  return RtpMap{*payload_type, std::move(*name)};
}

std::string write(const RtpMap& map) {
  return std::to_string(*map.payload_type) + ' ' + write(map.name);
}

FormatParameters FormatParameters::parse(std::string_view text) {
  FormatParameters result;
  result.format = takeWord(text);
  result.parameters = trimmed(text);
  return result;
}

std::optional<ExtMap> ExtMap::parse(std::string_view text) {
  const std::string_view number = takeWord(text);
  const std::size_t slash = number.find('/');
  const auto id = parseNumber<std::uint8_t>(number.substr(0, slash));
  if (!id || *id == 0) return std::nullopt;

  ExtMap map;
  map.id = *id;
  if (slash != std::string_view::npos) map.direction = parseDirection(number.substr(slash + 1));
  map.uri = takeWord(text);
  if (map.uri.empty()) return std::nullopt;
  return map;
}

std::optional<Fingerprint> parseFingerprint(std::string_view text) {
  const std::string_view name = takeWord(text);
  for (const Hash& hash : kHashes) {
    if (!equalsIgnoringCase(hash.name, name)) continue;
    auto digest = parseHexPairs(trimmed(text), hash.bytes);
    if (!digest) return std::nullopt;
    return Fingerprint{std::string(hash.name), std::move(*digest)};
  }
  return std::nullopt;
}

std::string write(const Fingerprint& fingerprint) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text = fingerprint.hash;
  char separator = ' ';
  for (const std::uint8_t byte : fingerprint.digest) {
    text += separator;
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0x0f];
    separator = ':';
  }
  return text;
}

std::optional<Fingerprint> fingerprintOf(const Section& section) {
  std::optional<Fingerprint> best;
  for (const std::string_view text : section.values("fingerprint")) {
    auto fingerprint = parseFingerprint(text);
    if (fingerprint && (!best || rankOf(*fingerprint) < rankOf(*best)))
      best = std::move(fingerprint);
  }
  return best;
}

std::optional<ice::Credentials> credentialsOf(const Section& section) {
  const auto ufrag = section.value("ice-ufrag");
  const auto pwd = section.value("ice-pwd");
  if (!ufrag || !pwd) return std::nullopt;
  ice::Credentials credentials{std::string(trimmed(*ufrag)), std::string(trimmed(*pwd))};
  if (!ice::isValidUfrag(credentials.ufrag) || !ice::isValidPwd(credentials.pwd))
    return std::nullopt;
  return credentials;
}

std::vector<ice::Candidate> candidatesOf(const Section& section) {
  std::vector<ice::Candidate> candidates;
  for (const std::string_view text : section.values("candidate")) {
    if (candidates.size() == kMaxRemoteCandidates) break;
    if (auto candidate = ice::Candidate::parse(text)) candidates.push_back(std::move(*candidate));
  }
  return candidates;
}

Group Group::parse(std::string_view text) {
  Group group;
  group.semantics = takeWord(text);
  for (auto mid = takeWord(text); !mid.empty() && group.mids.size() < kMaxMedia;
       mid = takeWord(text))
    group.mids.push_back(mid);
  return group;
}

std::optional<SsrcAttribute> SsrcAttribute::parse(std::string_view text) {
  const auto ssrc = parseNumber<std::uint32_t>(takeWord(text));
  if (!ssrc) return std::nullopt;
  const std::size_t colon = std::min(text.find(':'), text.size());
  SsrcAttribute attribute;
  attribute.ssrc = rtp::Ssrc(*ssrc);
  attribute.name = trimmed(text.substr(0, colon));
  attribute.value = colon < text.size() ? trimmed(text.substr(colon + 1)) : std::string_view();
  return attribute;
}

std::optional<SsrcGroup> SsrcGroup::parse(std::string_view text) {
  SsrcGroup group;
  group.semantics = takeWord(text);
  for (auto word = takeWord(text); !word.empty() && group.ssrcs.size() < kMaxSsrcs;
       word = takeWord(text)) {
    const auto ssrc = parseNumber<std::uint32_t>(word);
    if (!ssrc) return std::nullopt;
    group.ssrcs.push_back(rtp::Ssrc(*ssrc));
  }
  return group;
}

std::optional<RtcpAttribute> RtcpAttribute::parse(std::string_view text) {
  const auto port = parseNumber<std::uint16_t>(takeWord(text));
  if (!port) return std::nullopt;
  return RtcpAttribute{*port, connectionAddress(text).value_or(std::string_view())};
}

std::optional<std::string_view> connectionAddress(std::string_view text) {
  const std::string_view net = takeWord(text);
  const std::string_view family = takeWord(text);
  const std::string_view address = takeWord(text);
  if (net != "IN" || (family != "IP4" && family != "IP6") || address.empty()) return std::nullopt;
  return address.substr(0, address.find('/'));  // A multicast address may carry its TTL.
}

std::string writeConnection(std::string_view address) {
  const bool is_ipv6 = ice::addressKind(address) == ice::AddressKind::Ipv6;
  return (is_ipv6 ? "IN IP6 " : "IN IP4 ") + std::string(address);
}

std::optional<Msid> Msid::parse(std::string_view text) {
  Msid msid;
  msid.stream = takeWord(text);
  msid.track = takeWord(text);
  if (msid.stream.empty()) return std::nullopt;
  return msid;
}

std::optional<Rid> Rid::parse(std::string_view text) {
  Rid rid;
  rid.id = takeWord(text);
  rid.direction = takeWord(text);
  rid.restrictions = trimmed(text);
  if (rid.id.empty() || (rid.direction != "send" && rid.direction != "recv")) return std::nullopt;
  return rid;
}

std::optional<std::uint16_t> sctpPort(const MediaDescription& media) {
  const auto has = [&](std::string_view format) {
    return std::ranges::find(media.formats, format) != media.formats.end();
  };
  if (has(kDataChannelFormat)) {
    const auto text = media.value("sctp-port");
    return text ? parseNumber<std::uint16_t>(trimmed(*text)) : std::nullopt;
  }
  for (const std::string_view map : media.values("sctpmap")) {
    std::string_view rest = map;
    const std::string_view port = takeWord(rest);
    if (has(port) && takeWord(rest) == kDataChannelFormat) return parseNumber<std::uint16_t>(port);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> maxMessageSize(const MediaDescription& media) {
  const auto text = media.value("max-message-size");
  return text ? parseNumber<std::uint64_t>(trimmed(*text)) : std::nullopt;
}

std::optional<std::uint32_t> bandwidthAs(const Section& section) {
  return bandwidth<std::uint32_t>(section, "AS");
}

std::optional<std::uint64_t> bandwidthTias(const Section& section) {
  return bandwidth<std::uint64_t>(section, "TIAS");
}

}  // namespace ms::sdp
