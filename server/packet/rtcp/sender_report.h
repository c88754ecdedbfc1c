// Sender reports (RFC 3550 §6.4.1): what an SSRC has sent, and where its timestamps stand on the
// sender's wall clock.
#pragma once

#include <cstdint>
#include <expected>
#include <span>

#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/drop.h"
#include "server/packet/rtcp/packet_view.h"
#include "server/packet/rtcp/report_blocks.h"
#include "server/packet/rtp/ntp_time.h"
#include "server/packet/rtp/types.h"

namespace ms::rtcp {

struct SenderInfo {
  rtp::NtpTime ntp;
  rtp::RtpTimestamp rtp;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;  // Of payload.

  friend bool operator==(const SenderInfo&, const SenderInfo&) = default;
};

struct SenderReportView {
  Ssrc sender;
  SenderInfo info;
  ReportBlocksView blocks;

  static std::expected<SenderReportView, Drop> parse(const PacketView& packet) noexcept;
};

// False when there is no room, or more than kMaxReportBlocks.
bool writeSenderReport(CompoundWriter& out, Ssrc sender, const SenderInfo& info,
                       std::span<const ReceptionReport> blocks);

}  // namespace ms::rtcp
