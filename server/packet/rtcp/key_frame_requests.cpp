#include "server/packet/rtcp/key_frame_requests.h"

namespace ms::rtcp {
namespace {

constexpr std::size_t kFixedBytes = 8;  // The two SSRCs.
constexpr std::size_t kFirEntryBytes = 8;

}  // namespace

std::expected<PliView, Drop> PliView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  if (body.size() < kFixedBytes) return std::unexpected(Drop::TooShort);
  return PliView{.sender = Ssrc(loadBe32(body, 0)), .media = Ssrc(loadBe32(body, 4))};
}

// RFC 5104 §4.3.1.2: the media SSRC of the common part is not used, the entries name them.
std::expected<FirView, Drop> FirView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  if (body.size() < kFixedBytes + kFirEntryBytes) return std::unexpected(Drop::TooShort);
  const Bytes requests = body.subspan(kFixedBytes);
  if (requests.size() % kFirEntryBytes != 0) return std::unexpected(Drop::BadContent);
  return FirView(Ssrc(loadBe32(body, 0)), requests);
}

FirView::Request FirView::operator[](std::size_t index) const {
  const std::size_t at = index * kFirEntryBytes;
  return {.media = Ssrc(loadBe32(requests_, at)), .number = requests_[at + 4]};
}

bool writePli(CompoundWriter& out, Ssrc sender, Ssrc media) {
  const MutableBytes body =
      out.append(PacketType::PayloadSpecificFeedback, kPictureLossIndication, kFixedBytes);
  if (body.empty()) return false;
  storeBe32(body, 0, *sender);
  storeBe32(body, 4, *media);
  return true;
}

bool writeFir(CompoundWriter& out, Ssrc sender, const FirView::Request& request) {
  const MutableBytes body = out.append(PacketType::PayloadSpecificFeedback, kFullIntraRequest,
                                       kFixedBytes + kFirEntryBytes);
  if (body.empty()) return false;
  storeBe32(body, 0, *sender);
  storeBe32(body, 4, 0);
  storeBe32(body, 8, *request.media);
  storeBe32(body, 12, std::uint32_t{request.number} << 24);
  return true;
}

}  // namespace ms::rtcp
