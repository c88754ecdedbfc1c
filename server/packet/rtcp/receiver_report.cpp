#include "server/packet/rtcp/receiver_report.h"

namespace ms::rtcp {
namespace {

constexpr std::size_t kFixedBytes = 4;  // SSRC.

}  // namespace

std::expected<ReceiverReportView, Drop> ReceiverReportView::parse(
    const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  const std::size_t blocks = packet.count() * kReportBlockBytes;
  if (body.size() < kFixedBytes + blocks) return std::unexpected(Drop::TooShort);
  return ReceiverReportView{.sender = Ssrc(loadBe32(body, 0)),
                            .blocks = ReportBlocksView(body.subspan(kFixedBytes, blocks))};
}

bool writeReceiverReport(CompoundWriter& out, Ssrc sender,
                         std::span<const ReceptionReport> blocks) {
  if (blocks.size() > kMaxReportBlocks) return false;
  const MutableBytes body =
      out.append(PacketType::ReceiverReport, static_cast<std::uint8_t>(blocks.size()),
                 kFixedBytes + blocks.size() * kReportBlockBytes);
  if (body.empty()) return false;
  storeBe32(body, 0, *sender);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    writeReportBlock(blocks[i], body.subspan(kFixedBytes + i * kReportBlockBytes));
  return true;
}

}  // namespace ms::rtcp
