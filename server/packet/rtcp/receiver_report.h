// Receiver reports (RFC 3550 §6.4.2): how well an endpoint that sends nothing receives.
#pragma once

#include <expected>
#include <span>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"
#include "server/packet/rtcp/report_blocks.h"

namespace ms::rtcp {

struct ReceiverReportView {
  Ssrc sender;
  ReportBlocksView blocks;

  static std::expected<ReceiverReportView, Drop> parse(const PacketView& packet) noexcept;
};

// False when there is no room, or more than kMaxReportBlocks.
bool writeReceiverReport(CompoundWriter& out, Ssrc sender, std::span<const ReceptionReport> blocks);

}  // namespace ms::rtcp
