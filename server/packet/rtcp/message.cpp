#include "server/packet/rtcp/message.h"

namespace ms::rtcp {
namespace {

template <class View>
std::expected<Message, Drop> parseAs(const PacketView& packet) {
  auto view = View::parse(packet);
  if (!view) return std::unexpected(view.error());
  return Message(*view);
}

std::expected<Message, Drop> unknown(const PacketView& packet) {
  return Message(UnknownView{.type = packet.type(), .count = packet.count()});
}

std::expected<Message, Drop> parseTransportFeedback(const PacketView& packet) {
  switch (packet.count()) {
    case kGenericNack:
      return parseAs<NackView>(packet);
    case kTransportCc:
      return parseAs<TransportCcView>(packet);
    default:
      return unknown(packet);
  }
}

std::expected<Message, Drop> parsePayloadSpecificFeedback(const PacketView& packet) {
  switch (packet.count()) {
    case kPictureLossIndication:
      return parseAs<PliView>(packet);
    case kFullIntraRequest:
      return parseAs<FirView>(packet);
    case kApplicationLayerFeedback:
      return parseAs<RembView>(packet);
    default:
      return unknown(packet);
  }
}

}  // namespace

std::expected<Message, Drop> parseMessage(const PacketView& packet) noexcept {
  switch (packet.type()) {
    case PacketType::SenderReport:
      return parseAs<SenderReportView>(packet);
    case PacketType::ReceiverReport:
      return parseAs<ReceiverReportView>(packet);
    case PacketType::SourceDescription:
      return parseAs<SourceDescriptionView>(packet);
    case PacketType::Bye:
      return parseAs<ByeView>(packet);
    case PacketType::TransportFeedback:
      return parseTransportFeedback(packet);
    case PacketType::PayloadSpecificFeedback:
      return parsePayloadSpecificFeedback(packet);
    default:
      return unknown(packet);
  }
}

}  // namespace ms::rtcp
