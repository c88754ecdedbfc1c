#include "server/packet/ice/candidate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "server/packet/ice/credentials.h"

namespace ms::ice {
namespace {

constexpr std::string_view kTypeNames[] = {"host", "srflx", "prflx", "relay"};
constexpr std::string_view kTcpTypeNames[] = {"active", "passive", "so"};
constexpr std::size_t kMaxNameChars = 253;  // RFC 1035 §2.3.4
constexpr std::size_t kMaxLabelChars = 63;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

template <std::size_t N>
std::optional<std::size_t> indexOf(const std::string_view (&names)[N], std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (equalsIgnoringCase(names[i], name)) return i;
  return std::nullopt;
}

// Takes the next word off the front; empty at the end.
std::string_view nextWord(std::string_view& text) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(start);
  const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

bool maybeSkipPrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool isMdnsName(std::string_view text) {
  if (text.size() > kMaxNameChars || text.size() <= 6) return false;
  if (!equalsIgnoringCase(text.substr(text.size() - 6), ".local")) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool known = c == '-' || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
    if (!known || ++label > kMaxLabelChars) return false;
  }
  return true;
}

bool isFoundation(std::string_view text) {
  return !text.empty() && text.size() <= Candidate::kMaxFoundationChars &&
         std::ranges::all_of(text, isIceChar);
}

std::optional<Transport> transport(std::string_view text) {
  if (equalsIgnoringCase(text, "udp")) return Transport::Udp;
  if (equalsIgnoringCase(text, "tcp")) return Transport::Tcp;
  return std::nullopt;
}

// Whatever stands behind the type: pairs of name and value (RFC 8839 §5.1, cand-extension).
std::expected<void, CandidateError> parsePairs(std::string_view text, Candidate& candidate) {
  while (true) {
    const std::string_view name = nextWord(text);
    const std::string_view value = nextWord(text);
    if (value.empty()) return {};

    if (name == "raddr") {
      if (!addressKind(value)) return std::unexpected(CandidateError::BadAddress);
      if (!candidate.related) candidate.related.emplace();
      candidate.related->address = value;
    } else if (name == "rport") {
      const auto port = number<std::uint16_t>(value);
      if (!port) return std::unexpected(CandidateError::BadPort);
      if (!candidate.related) candidate.related.emplace();
      candidate.related->port = *port;
    } else if (name == "tcptype" && candidate.transport == Transport::Tcp) {
      if (const auto type = indexOf(kTcpTypeNames, value))
        candidate.tcp_type = static_cast<TcpType>(*type);
    }
  }
}

}  // namespace

std::optional<AddressKind> addressKind(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameChars) return std::nullopt;
  std::array<char, kMaxNameChars + 1> terminated{};
  std::ranges::copy(text, terminated.begin());
  std::array<std::uint8_t, 16> bytes{};
  const bool has_nul = text.find('\0') != std::string_view::npos;
  if (!has_nul && inet_pton(AF_INET, terminated.data(), bytes.data()) == 1)
    return AddressKind::Ipv4;
  if (!has_nul && inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1)
    return AddressKind::Ipv6;
  if (isMdnsName(text)) return AddressKind::MdnsName;
  return std::nullopt;
}

std::expected<Candidate, CandidateError> Candidate::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return std::unexpected(CandidateError::TooLong);
  maybeSkipPrefix(text, "a=");
  maybeSkipPrefix(text, "candidate:");

  std::array<std::string_view, 8> words;
  for (auto& word : words) word = nextWord(text);
  if (words.back().empty() || words[6] != "typ")
    return std::unexpected(CandidateError::TooFewFields);

  if (!isFoundation(words[0])) return std::unexpected(CandidateError::BadFoundation);
  const auto component = number<std::uint16_t>(words[1]);
  if (!component || *component == 0 || *component > kMaxComponent)
    return std::unexpected(CandidateError::BadComponent);
  const auto protocol = ms::ice::transport(words[2]);
  if (!protocol) return std::unexpected(CandidateError::UnknownTransport);
  const auto priority = number<std::uint32_t>(words[3]);
  if (!priority) return std::unexpected(CandidateError::BadPriority);
  if (!addressKind(words[4])) return std::unexpected(CandidateError::BadAddress);
  const auto port = number<std::uint16_t>(words[5]);
  // Port 0 tells nothing, except of an active TCP candidate, whose port does not matter.
  if (!port || (*port == 0 && *protocol == Transport::Udp))
    return std::unexpected(CandidateError::BadPort);
  const auto type = indexOf(kTypeNames, words[7]);
  if (!type) return std::unexpected(CandidateError::UnknownType);

  Candidate candidate{.foundation = std::string(words[0]),
                      .component = *component,
                      .transport = *protocol,
                      .priority = *priority,
                      .address = std::string(words[4]),
                      .port = *port,
                      .type = static_cast<CandidateType>(*type),
                      .related = std::nullopt,
                      .tcp_type = std::nullopt};
  if (auto pairs = parsePairs(text, candidate); !pairs) return std::unexpected(pairs.error());
  // Some write only one half of the related address: not worth the candidate.
  if (candidate.related && candidate.related->address.empty()) candidate.related.reset();
  return candidate;
}

std::string write(const Candidate& candidate) {
  std::string text = "candidate:" + candidate.foundation;
  text += ' ' + std::to_string(candidate.component);
  text += candidate.transport == Transport::Udp ? " UDP " : " TCP ";
  text += std::to_string(candidate.priority) + ' ' + candidate.address;
  text += ' ' + std::to_string(candidate.port) + " typ ";
  text += kTypeNames[static_cast<std::size_t>(candidate.type)];
  if (candidate.related) {
    text += " raddr " + candidate.related->address;
    text += " rport " + std::to_string(candidate.related->port);
  }
  if (candidate.tcp_type) {
    text += " tcptype ";
    text += kTcpTypeNames[static_cast<std::size_t>(*candidate.tcp_type)];
  }
  return text;
}

}  // namespace ms::ice
