#include "server/packet/peer/peer_drop.h"

namespace ms::peer {

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
