#include "server/packet/rtp/stream_rewriter.h"

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include "server/packet/rtp/packet_history.h"
#include "server/packet/rtp/rtp_writer.h"

namespace ms::rtp {
namespace {

struct Sink {
  StreamRewriter rewriter{MediaKind::Video, {}};
  PacketHistory history;
  std::array<std::uint8_t, kPacketBufferBytes> out;
};

// One 1200-byte VP8 packet, taken into the pool once, then rewritten, written out and kept for
// retransmission by each of N sinks; encryption and sockets are left out. Items are packets out.
void StreamRewriter_ForwardToSinks(benchmark::State& state) {
  PacketPool pool;
  std::vector<std::unique_ptr<Sink>> sinks;
  for (int i = 0; i < state.range(0); ++i) {
    sinks.push_back(std::make_unique<Sink>());
    sinks.back()->rewriter.choose(SourceId(1));
  }
  const SourceFormat format{.source = SourceId(1),
                            .codec = Codec::Vp8,
                            .clock_rate = 90000,
                            .outgoing_payload_type = PayloadType(100)};
  std::array<std::uint8_t, 1200> wire{0x80, 96, 0,    0,    0,    0,    0,    0,    0,   0,
                                      0,    1,  0x90, 0xe0, 0x80, 0x05, 0x01, 0x20, 0x10};
  std::uint16_t number = 0;
  Timestamp now{};
  for (auto _ : state) {
    storeBe16(wire, 2, number++);
    now += std::chrono::milliseconds(1);
    const PacketRef packet = pool.copy(wire, now);
    const RtpView view = *RtpView::parse(packet.bytes());
    for (const auto& sink : sinks) {
      auto header = sink->rewriter.rewrite(view, format, now);
      header->abs_send_time = {.id = ExtensionId(3), .time = toAbsSendTime(now)};
      benchmark::DoNotOptimize(writeForwarded(view, *header, sink->out));
      sink->history.put(packet, *header, now);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(StreamRewriter_ForwardToSinks)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace ms::rtp
