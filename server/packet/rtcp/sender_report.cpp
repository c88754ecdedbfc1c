#include "server/packet/rtcp/sender_report.h"

namespace ms::rtcp {
namespace {

constexpr std::size_t kFixedBytes = 24;  // SSRC and sender info.

}  // namespace

std::expected<SenderReportView, Drop> SenderReportView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  const std::size_t blocks = packet.count() * kReportBlockBytes;
  if (body.size() < kFixedBytes + blocks) return std::unexpected(Drop::TooShort);
  // What follows the blocks is a profile's own (RFC 3550 §6.4.3).
  return SenderReportView{
      .sender = Ssrc(loadBe32(body, 0)),
      .info = {.ntp = rtp::NtpTime(loadBe64(body, 4)),
               .rtp = rtp::RtpTimestamp(loadBe32(body, 12)),
               .packets = loadBe32(body, 16),
               .octets = loadBe32(body, 20)},
      .blocks = ReportBlocksView(body.subspan(kFixedBytes, blocks)),
  };
}

bool writeSenderReport(CompoundWriter& out, Ssrc sender, const SenderInfo& info,
                       std::span<const ReceptionReport> blocks) {
  if (blocks.size() > kMaxReportBlocks) return false;
  const MutableBytes body =
      out.append(PacketType::SenderReport, static_cast<std::uint8_t>(blocks.size()),
                 kFixedBytes + blocks.size() * kReportBlockBytes);
  if (body.empty()) return false;
  storeBe32(body, 0, *sender);
  storeBe64(body, 4, *info.ntp);
  storeBe32(body, 12, *info.rtp);
  storeBe32(body, 16, info.packets);
  storeBe32(body, 20, info.octets);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    writeReportBlock(blocks[i], body.subspan(kFixedBytes + i * kReportBlockBytes));
  return true;
}

}  // namespace ms::rtcp
