// The promise of the packet plane: after warm-up a packet is forwarded without touching the heap.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include "server/packet/rtp/nack_tracker.h"
#include "server/packet/rtp/packet_history.h"
#include "server/packet/rtp/receive_rate.h"
#include "server/packet/rtp/receive_statistics.h"
#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/stream_rewriter.h"
#include "server/packet/rtp/test_packet.h"

namespace {

std::atomic<std::size_t> allocations = 0;

void* countedAllocation(std::size_t bytes) {
  ++allocations;
  void* memory = std::malloc(bytes);
  if (!memory) std::abort();
  return memory;
}

}  // namespace

// Replaces them for the whole test program; only counts.
void* operator new(std::size_t bytes) { return countedAllocation(bytes); }
void* operator new[](std::size_t bytes) { return countedAllocation(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ms::rtp {
namespace {

// One source, three sinks; every 50th packet is lost and every 10th sent again to each sink.
class Forwarder {
 public:
  Forwarder() {
    for (auto& sink : sinks_) sink.rewriter.choose(SourceId(1));
  }

  std::size_t forward(int number) {
    const auto sequence = static_cast<std::uint16_t>(number);
    storeBe16(wire_, 2, sequence);
    const Timestamp now = at(std::chrono::milliseconds(number));
    if (number % 50 == 49) return 0;

    const PacketRef packet = pool_.copy(wire_, now);
    const auto view = RtpView::parse(packet.bytes());
    static_cast<void>(
        statistics_.receive(view->sequenceNumber(), view->timestamp(), wire_.size(), now));
    rate_.add(wire_.size(), now);
    nacks_.receive(view->sequenceNumber(), now);
    nacks_.poll(now, wanted_);
    std::size_t sent = 0;
    for (auto& sink : sinks_) sent += sink.send(packet, *view, now);
    return sent;
  }

 private:
  struct Sink {
    StreamRewriter rewriter{MediaKind::Video, {}};
    PacketHistory history;
    std::array<std::uint8_t, kPacketBufferBytes> out;

    std::size_t send(const PacketRef& packet, const RtpView& view, Timestamp now) {
      auto header = rewriter.rewrite(
          view,
          {.source = SourceId(1), .codec = Codec::Vp8, .outgoing_payload_type = PayloadType(100)},
          now);
      if (!header) return 0;
      header->abs_send_time = {.id = ExtensionId(3), .time = toAbsSendTime(now)};
      const std::size_t bytes = *writeForwarded(view, *header, out);
      history.put(packet, *header, now);
      if (*header->sequence_number % 10 == 0)
        static_cast<void>(
            history.resend(header->sequence_number, std::chrono::milliseconds(50), now));
      return bytes;
    }
  };

  std::vector<std::uint8_t> wire_ =
      TestPacket{.payload = std::vector<std::uint8_t>(1100, 0x10)}.bytes();
  PacketPool pool_;
  ReceiveStatistics statistics_{Ssrc(0x1111), 90000, ReceiveStatistics::Trust::Announced};
  ReceiveRate rate_;
  NackTracker nacks_;
  std::array<SequenceNumber, 64> wanted_;
  std::array<Sink, 3> sinks_;
};

TEST(Forwarding, AllocatesNothingAfterWarmUp) {
  Forwarder forwarder;
  std::size_t sent = 0;
  for (int number = 0; number < 2000; ++number) sent += forwarder.forward(number);
  ASSERT_GT(sent, 0u);

  const std::size_t before = allocations;
  sent = 0;
  for (int number = 2000; number < 70'000; ++number) sent += forwarder.forward(number);

  EXPECT_EQ(allocations - before, 0u);
  EXPECT_GT(sent, 3u * 60'000 * 1100);
}

TEST(Forwarding, WouldNoticeAnAllocation) {
  const std::size_t before = allocations;
  ::operator delete(::operator new(1));
  EXPECT_EQ(allocations - before, 1u);
}

}  // namespace
}  // namespace ms::rtp
