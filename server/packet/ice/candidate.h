// One ICE candidate and its text form (RFC 8839 §5.1, TCP types of RFC 6544 §4.5).
//
// Candidates come from strangers, in descriptions and one by one (trickle); parse() takes only what
// can be handed to an ICE agent: numeric addresses, and mDNS names, which the owner resolves.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace ms::ice {

enum class Transport : std::uint8_t { Udp, Tcp };
enum class CandidateType : std::uint8_t { Host, ServerReflexive, PeerReflexive, Relayed };
enum class TcpType : std::uint8_t { Active, Passive, SimultaneousOpen };

enum class AddressKind : std::uint8_t { Ipv4, Ipv6, MdnsName };

// What `text` is, or nothing when it is none of the three.
std::optional<AddressKind> addressKind(std::string_view text);

struct TransportAddress {
  std::string address;
  std::uint16_t port = 0;

  friend bool operator==(const TransportAddress&, const TransportAddress&) = default;
};

enum class CandidateError : std::uint8_t {
  TooLong,
  TooFewFields,
  BadFoundation,
  BadComponent,
  UnknownTransport,
  BadPriority,
  BadAddress,
  BadPort,
  UnknownType,
};

struct Candidate {
  static constexpr std::size_t kMaxBytes = 1024;
  static constexpr std::size_t kMaxFoundationChars = 32;
  static constexpr std::uint16_t kMaxComponent = 256;

  std::string foundation;
  std::uint16_t component = 1;  // 1 RTP, 2 RTCP.
  Transport transport = Transport::Udp;
  std::uint32_t priority = 0;
  std::string address;  // IPv4, IPv6 or an mDNS name: see addressKind().
  std::uint16_t port = 0;
  CandidateType type = CandidateType::Host;
  std::optional<TransportAddress> related;
  std::optional<TcpType> tcp_type;

  // The line with or without `a=` and `candidate:`; extension pairs that are not known are ignored.
  static std::expected<Candidate, CandidateError> parse(std::string_view text);

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// `candidate:<foundation> <component> UDP|TCP <priority> <address> <port> typ <type> ...`
std::string write(const Candidate& candidate);

}  // namespace ms::ice
