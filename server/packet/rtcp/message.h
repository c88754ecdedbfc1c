// Any RTCP packet, by its type: what std::visit takes apart.
#pragma once

#include <expected>
#include <variant>

#include "server/packet/rtcp/bye.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/key_frame_requests.h"
#include "server/packet/rtcp/nack.h"
#include "server/packet/rtcp/packet_view.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/remb.h"
#include "server/packet/rtcp/sender_report.h"
#include "server/packet/rtcp/source_description.h"
#include "server/packet/rtcp/transport_cc_view.h"

namespace ms::rtcp {

// APP, XR, and feedback that we do not know: skipped (RFC 3550 §6.1).
struct UnknownView {
  PacketType type;
  std::uint8_t count = 0;
};

using Message = std::variant<SenderReportView, ReceiverReportView, SourceDescriptionView, ByeView,
                             NackView, TransportCcView, PliView, FirView, RembView, UnknownView>;

// A malformed packet spoils only itself: its neighbours in the compound are still good.
std::expected<Message, Drop> parseMessage(const PacketView& packet) noexcept;

}  // namespace ms::rtcp
