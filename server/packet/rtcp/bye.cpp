#include "server/packet/rtcp/bye.h"

#include <algorithm>

namespace ms::rtcp {
namespace {

constexpr std::size_t kMaxSsrcs = 31;
constexpr std::size_t kMaxReasonBytes = 255;

}  // namespace

std::expected<ByeView, Drop> ByeView::parse(const PacketView& packet) noexcept {
  const Bytes body = packet.body();
  const std::size_t ssrcs = 4u * packet.count();
  if (body.size() < ssrcs) return std::unexpected(Drop::TooShort);
  if (body.size() == ssrcs) return ByeView(body, {});

  const std::size_t length = body[ssrcs];
  if (length > body.size() - ssrcs - 1) return std::unexpected(Drop::TooShort);
  const Bytes reason = body.subspan(ssrcs + 1, length);
  return ByeView(body.first(ssrcs), {reinterpret_cast<const char*>(reason.data()), length});
}

bool writeBye(CompoundWriter& out, std::span<const Ssrc> ssrcs, std::string_view reason) {
  if (ssrcs.size() > kMaxSsrcs || reason.size() > kMaxReasonBytes) return false;
  const std::size_t reason_bytes = reason.empty() ? 0 : (reason.size() + 1 + 3) / 4 * 4;
  if (PacketView::kHeaderBytes + 4 * ssrcs.size() + reason_bytes > out.room()) return false;
  const MutableBytes body = out.append(PacketType::Bye, static_cast<std::uint8_t>(ssrcs.size()),
                                       4 * ssrcs.size() + reason_bytes);
  for (std::size_t i = 0; i < ssrcs.size(); ++i) storeBe32(body, 4 * i, *ssrcs[i]);
  if (reason.empty()) return true;
  const MutableBytes text = body.subspan(4 * ssrcs.size());
  std::ranges::fill(text, std::uint8_t{0});
  text[0] = static_cast<std::uint8_t>(reason.size());
  std::ranges::copy(reason, text.begin() + 1);
  return true;
}

}  // namespace ms::rtcp
