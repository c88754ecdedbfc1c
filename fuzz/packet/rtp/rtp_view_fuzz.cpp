#include "server/packet/rtp/rtp_view.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/rtx.h"

namespace {

using namespace ms;
using namespace ms::rtp;

void check(bool holds) {
  if (!holds) std::abort();
}

bool isInside(Bytes part, Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

bool areEqual(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

// A packet sent on has the payload and CSRCs of the one that came, and the header we gave it.
void checkForwarding(const RtpView& view) {
  const OutgoingHeader header{
      .ssrc = Ssrc(1),
      .timestamp = RtpTimestamp(2),
      .sequence_number = SequenceNumber(3),
      .payload_type = PayloadType(4),
      .marker = view.marker(),
      .picture_ids = std::nullopt,
      .abs_send_time = AbsSendTimeExtension{.id = ExtensionId(5), .time = AbsSendTime(6)}};
  std::array<std::uint8_t, kPacketBufferBytes> out;
  const auto bytes = writeForwarded(view, header, out);
  if (!bytes) return check(view.packet().size() + 8 > out.size());

  const auto again = RtpView::parse(Bytes(out).first(*bytes));
  check(again && again->ssrc() == header.ssrc && again->timestamp() == header.timestamp);
  check(again->sequenceNumber() == header.sequence_number);
  check(again->marker() == view.marker() && again->extension(ExtensionId(5))->size() == 3);
  check(areEqual(again->payload(), view.payload()) && areEqual(again->csrcs(), view.csrcs()));
}

// Wrapping for retransmission and unwrapping gives the packet back, but for its padding.
void checkRtx(const RtpView& view) {
  std::array<std::uint8_t, 2 * kPacketBufferBytes> wrapped, out;
  const auto bytes =
      wrapRtx(view, {.ssrc = Ssrc(9), .payload_type = PayloadType(99)}, SequenceNumber(7), wrapped);
  if (!bytes) return;
  const auto rtx = RtpView::parse(Bytes(wrapped).first(*bytes));
  check(rtx.has_value());
  const auto original =
      unwrapRtx(*rtx, {.ssrc = view.ssrc(), .payload_type = view.payloadType()}, out);
  check(original.has_value() == !view.payload().empty());
  if (!original) return;
  const auto again = RtpView::parse(Bytes(out).first(*original));
  check(again && again->sequenceNumber() == view.sequenceNumber());
  check(areEqual(again->payload(), view.payload()));
  check(areEqual(Bytes(out).subspan(1, again->headerBytes() - 1),
                 view.packet().subspan(1, view.headerBytes() - 1)));
}

}  // namespace

// Whatever the bytes, a view that parses stays inside them, and what is made of it parses again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes packet(data, size);
  const auto view = RtpView::parse(packet);
  if (!view) return 0;

  check(isInside(view->payload(), packet) && isInside(view->csrcs(), packet));
  check(view->headerBytes() + view->payload().size() + view->paddingBytes() == size);
  for (int id = 0; id < 256; ++id) {
    const auto extension = view->extension(ExtensionId(static_cast<std::uint8_t>(id)));
    check(!extension || isInside(*extension, packet.first(view->headerBytes())));
  }
  checkForwarding(*view);
  checkRtx(*view);
  return 0;
}
