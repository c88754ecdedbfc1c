#include "server/packet/peer/peer_drop.h"

namespace ms::peer {
namespace {

std::string_view dropName(stun::DatagramDrop reason) {
  constexpr std::array<std::string_view, stun::kDatagramDropReasons> kNames{
      "TooShort", "Zrtp", "TurnChannel", "Unknown"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string_view dropName(srtp::Drop reason) {
  constexpr std::array<std::string_view, srtp::kDropReasons> kNames{
      "TooShort", "Unauthenticated", "Replayed",  "TooManySsrcs",
      "NoRoom",   "Malformed",       "KeyExpired"};
  return kNames[static_cast<std::size_t>(reason)];
}

template <class Drop>
void append(std::string& text, std::string_view layer, const PeerDropCounters& drops,
            std::size_t reasons) {
  for (std::size_t i = 0; i < reasons; ++i) {
    const auto reason = static_cast<Drop>(i);
    if (drops.of(reason) == 0) continue;
    if (!text.empty()) text += ", ";
    text.append(layer).append(" ").append(dropName(reason)).append(" ");
    text += std::to_string(drops.of(reason));
  }
}

}  // namespace

std::string describe(const PeerDropCounters& drops) {
  std::string text;
  append<stun::DatagramDrop>(text, "datagram", drops, stun::kDatagramDropReasons);
  append<srtp::Drop>(text, "srtp", drops, srtp::kDropReasons);
  append<rtp::Drop>(text, "rtp", drops, static_cast<std::size_t>(rtp::Drop::Count));
  append<rtcp::Drop>(text, "rtcp", drops, static_cast<std::size_t>(rtcp::Drop::Count));
  append<PeerDrop>(text, "peer", drops, static_cast<std::size_t>(PeerDrop::Count));
  return text;
}

std::string_view dropName(PeerDrop reason) {
  switch (reason) {
    case PeerDrop::NotStarted:
      return "NotStarted";
    case PeerDrop::UnknownTransport:
      return "UnknownTransport";
    case PeerDrop::StunNotForUs:
      return "StunNotForUs";
    case PeerDrop::DtlsNotForUs:
      return "DtlsNotForUs";
    case PeerDrop::BeforeKeys:
      return "BeforeKeys";
    case PeerDrop::UnknownPayloadType:
      return "UnknownPayloadType";
    case PeerDrop::TooManyStreams:
      return "TooManyStreams";
    case PeerDrop::NotReceiving:
      return "NotReceiving";
    case PeerDrop::UnknownLayer:
      return "UnknownLayer";
    case PeerDrop::OtherStreamActive:
      return "OtherStreamActive";
    case PeerDrop::Duplicate:
      return "Duplicate";
    case PeerDrop::RetransmissionUnasked:
      return "RetransmissionUnasked";
    case PeerDrop::CodecNotNegotiated:
      return "CodecNotNegotiated";
    case PeerDrop::SequenceNumberUsed:
      return "SequenceNumberUsed";
    case PeerDrop::Thinned:
      return "Thinned";
    case PeerDrop::TooManyResends:
      return "TooManyResends";
    case PeerDrop::NotConnected:
      return "NotConnected";
    case PeerDrop::Count:
      break;
  }
  return "Unknown";
}

}  // namespace ms::peer
