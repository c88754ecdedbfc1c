#include "server/packet/rtcp/report_blocks.h"

namespace ms::rtcp {
namespace {

std::int32_t signed24(std::uint32_t value) { return static_cast<std::int32_t>(value << 8) >> 8; }

}  // namespace

ReceptionReport ReportBlocksView::operator[](std::size_t index) const {
  const Bytes block = bytes_.subspan(index * kReportBlockBytes, kReportBlockBytes);
  return {
      .source = rtp::Ssrc(loadBe32(block, 0)),
      .fraction_lost = block[4],
      .cumulative_lost = signed24(loadBe24(block, 5)),
      .extended_highest_sequence_number = loadBe32(block, 8),
      .jitter = loadBe32(block, 12),
      .last_sr = rtp::CompactNtp(loadBe32(block, 16)),
      .delay_since_last_sr = rtp::CompactNtp(loadBe32(block, 20)),
  };
}

void writeReportBlock(const ReceptionReport& report, MutableBytes at) {
  storeBe32(at, 0, *report.source);
  at[4] = report.fraction_lost;
  storeBe24(at, 5, static_cast<std::uint32_t>(report.cumulative_lost) & 0xffffff);
  storeBe32(at, 8, report.extended_highest_sequence_number);
  storeBe32(at, 12, report.jitter);
  storeBe32(at, 16, *report.last_sr);
  storeBe32(at, 20, *report.delay_since_last_sr);
}

}  // namespace ms::rtcp
