// Packets with any transport-wide numbers at any times: what is reported can be read, fits in a
// datagram, and tells of each packet only when it came.
#include "server/packet/bwe/feedback_generator.h"

#include <array>
#include <cstdlib>
#include <map>

#include "server/packet/rtcp/packet_view.h"
#include "server/packet/rtcp/transport_cc_view.h"

namespace {

using namespace ms;
using namespace ms::bwe;

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  FeedbackGenerator generator;
  Timestamp now(std::chrono::seconds(1000));
  std::map<std::uint16_t, Timestamp> first_arrivals;  // Since the number last came anew.
  std::uint8_t feedbacks = 0;
  for (std::size_t at = 0; at + 4 <= input.size(); at += 4) {
    now += Duration(input[at + 2] * 256 + input[at + 3]) * 20;
    const std::uint16_t number = loadBe16(input, at);
    generator.onPacket(rtp::SequenceNumber(number), now);
    first_arrivals.try_emplace(number, now);
    for (int datagrams = 0;; ++datagrams) {
      check(datagrams <= 300);
      std::array<std::uint8_t, 1100> buffer;
      rtcp::CompoundWriter out(buffer);
      if (!generator.write(out, rtp::Ssrc(1), rtp::Ssrc(2), now)) break;
      const auto packet = rtcp::PacketView::parse(out.datagram());
      check(packet.has_value());
      const auto view = rtcp::TransportCcView::parse(*packet);
      check(view && view->statusCount() > 0 && view->feedbackCount() == feedbacks++);
      view->forEach([&](std::uint16_t told, std::optional<Duration> delta) {
        check(!delta || first_arrivals.contains(told));
      });
    }
  }
  check(generator.nextTime() == kNever || generator.nextTime() > now);
  return 0;
}
