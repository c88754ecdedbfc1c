#include "server/net/nice_candidate.h"

#include <array>

namespace ms::net {
namespace {

constexpr std::uint16_t kDiscardPort = 9;

std::optional<NiceCandidateType> niceType(ice::CandidateType type) {
  switch (type) {
    case ice::CandidateType::Host:
      return NICE_CANDIDATE_TYPE_HOST;
    case ice::CandidateType::ServerReflexive:
      return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
    case ice::CandidateType::Relayed:
      return NICE_CANDIDATE_TYPE_RELAYED;
    case ice::CandidateType::PeerReflexive:
      break;
  }
  return std::nullopt;
}

ice::CandidateType typeOf(NiceCandidateType type) {
  switch (type) {
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
      return ice::CandidateType::ServerReflexive;
    case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
      return ice::CandidateType::PeerReflexive;
    case NICE_CANDIDATE_TYPE_RELAYED:
      return ice::CandidateType::Relayed;
    case NICE_CANDIDATE_TYPE_HOST:
      break;
  }
  return ice::CandidateType::Host;
}

NiceCandidateTransport niceTransport(const ice::Candidate& candidate) {
  if (candidate.transport == ice::Transport::Udp) return NICE_CANDIDATE_TRANSPORT_UDP;
  switch (candidate.tcp_type.value_or(ice::TcpType::Passive)) {
    case ice::TcpType::Active:
      return NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE;
    case ice::TcpType::SimultaneousOpen:
      return NICE_CANDIDATE_TRANSPORT_TCP_SO;
    case ice::TcpType::Passive:
      break;
  }
  return NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
}

std::optional<ice::TcpType> tcpTypeOf(NiceCandidateTransport transport) {
  switch (transport) {
    case NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE:
      return ice::TcpType::Active;
    case NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE:
      return ice::TcpType::Passive;
    case NICE_CANDIDATE_TRANSPORT_TCP_SO:
      return ice::TcpType::SimultaneousOpen;
    case NICE_CANDIDATE_TRANSPORT_UDP:
      break;
  }
  return std::nullopt;
}

bool isNumeric(const std::string& address) {
  const auto kind = ice::addressKind(address);
  return kind == ice::AddressKind::Ipv4 || kind == ice::AddressKind::Ipv6;
}

bool setAddress(NiceAddress& to, const std::string& address, std::uint16_t port) {
  if (!isNumeric(address) || !nice_address_set_from_string(&to, address.c_str())) return false;
  nice_address_set_port(&to, port);
  return true;
}

std::string addressText(const NiceAddress& address) {
  std::array<char, NICE_ADDRESS_STRING_LEN> text{};
  nice_address_to_string(&address, text.data());
  const std::string_view numeric(text.data());
  return std::string(numeric.substr(0, numeric.find('%')));
}

}  // namespace

NiceCandidateOwner toNice(const ice::Candidate& candidate) {
  const auto type = niceType(candidate.type);
  if (!type) return nullptr;
  NiceCandidateOwner nice(nice_candidate_new(*type));
  if (!setAddress(nice->addr, candidate.address, candidate.port)) return nullptr;
  nice->base_addr = nice->addr;
  if (candidate.related)
    setAddress(nice->base_addr, candidate.related->address, candidate.related->port);
  nice->transport = niceTransport(candidate);
  nice->priority = candidate.priority;
  nice->component_id = candidate.component;
  g_strlcpy(nice->foundation, candidate.foundation.c_str(), sizeof nice->foundation);
  return nice;
}

ice::Candidate fromNice(const NiceCandidate& nice) {
  ice::Candidate candidate;
  candidate.foundation = nice.foundation;
  candidate.component = static_cast<std::uint16_t>(nice.component_id);
  candidate.transport =
      nice.transport == NICE_CANDIDATE_TRANSPORT_UDP ? ice::Transport::Udp : ice::Transport::Tcp;
  candidate.priority = nice.priority;
  candidate.address = addressText(nice.addr);
  candidate.port = static_cast<std::uint16_t>(nice_address_get_port(&nice.addr));
  candidate.type = typeOf(nice.type);
  candidate.tcp_type = tcpTypeOf(nice.transport);
  if (candidate.tcp_type == ice::TcpType::Active && candidate.port == 0)
    candidate.port = kDiscardPort;
  if (nice.type != NICE_CANDIDATE_TYPE_HOST && nice_address_is_valid(&nice.base_addr))
    candidate.related =
        ice::TransportAddress{addressText(nice.base_addr),
                              static_cast<std::uint16_t>(nice_address_get_port(&nice.base_addr))};
  return candidate;
}

}  // namespace ms::net
