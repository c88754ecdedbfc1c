#include <algorithm>
#include <string>
#include <tuple>

#include "server/packet/sdp/offer_answer.h"

namespace ms::sdp {
namespace {

constexpr std::uint16_t kRtpComponent = 1;
constexpr std::uint16_t kRtcpComponent = 2;

bool isLinkLocal(const ice::Candidate& candidate) {
  return candidate.address.starts_with("fe80:") || candidate.address.starts_with("FE80:");
}

// The lower the likelier that a peer without ICE reaches it (RFC 8839 §4.2.1.2).
auto rank(const ice::Candidate& candidate) {
  return std::tuple(candidate.transport == ice::Transport::Tcp, isLinkLocal(candidate),
                    candidate.type != ice::CandidateType::Relayed,
                    candidate.type == ice::CandidateType::Host,
                    ice::addressKind(candidate.address) != ice::AddressKind::Ipv4);
}

const ice::Candidate* defaultCandidate(std::span<const ice::Candidate> candidates,
                                       std::uint16_t component) {
  const ice::Candidate* best = nullptr;
  for (const ice::Candidate& candidate : candidates)
    if (candidate.component == component && (!best || rank(candidate) < rank(*best)))
      best = &candidate;
  return best;
}

void setConnection(MediaDescription& media, const std::string& connection) {
  const auto line = std::ranges::find(media.lines, 'c', &Line::type);
  if (line != media.lines.end()) {
    line->value = connection;
  } else {
    media.lines.insert(media.lines.begin(), Line{'c', connection});
  }
}

void setRtcp(MediaDescription& media, const ice::Candidate& candidate) {
  const auto attribute = std::ranges::find(media.attributes, "rtcp", &Attribute::name);
  if (attribute == media.attributes.end()) return;
  attribute->value = std::to_string(candidate.port) + ' ' + writeConnection(candidate.address);
}

}  // namespace

void addLocalCandidates(SessionDescription& local, std::span<const ice::Candidate> candidates) {
  constexpr std::string_view kPrefix = "candidate:";
  const ice::Candidate* const rtp = defaultCandidate(candidates, kRtpComponent);
  const ice::Candidate* const rtcp = defaultCandidate(candidates, kRtcpComponent);
  for (MediaDescription& media : local.media) {
    if (media.port == 0) continue;
    for (const ice::Candidate& candidate : candidates)
      media.addAttribute("candidate", ice::write(candidate).substr(kPrefix.size()));
    if (!rtp) continue;
    media.port = rtp->port;
    setConnection(media, writeConnection(rtp->address));
    setRtcp(media, rtcp ? *rtcp : *rtp);
  }
}

}  // namespace ms::sdp
