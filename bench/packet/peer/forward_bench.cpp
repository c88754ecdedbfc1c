#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "server/packet/peer/delivery_queue.h"
#include "server/packet/peer/raw_peer.h"

namespace ms::peer {
namespace {

constexpr std::uint32_t kBatch = 4096;

// From a publisher's datagram to the sealed datagrams of N viewers: everything but the sockets. So
// many datagrams come in one turn. Items are datagrams sent.
void Forward_ToViewers(benchmark::State& state) {
  Timestamp now{std::chrono::seconds(1000)};
  DeliveryQueue deliveries([] {});
  RawPeer publisher(1, dtls::kSrtpProfiles, &deliveries);
  publisher.connect(now);
  std::vector<std::unique_ptr<RawPeer>> viewers;
  for (std::uint32_t i = 0; i < state.range(0); ++i) {
    viewers.push_back(std::make_unique<RawPeer>(i + 2));
    viewers.back()->connect(now);
    publisher.peer.source(rtp::MediaKind::Video)
        ->addSink(*viewers.back()->peer.sink(rtp::MediaKind::Video), now);
  }

  std::vector<RawPeer::Datagram> batch(kBatch);
  std::uint32_t number = 0, left = 0;
  const auto per_turn = state.range(1);
  for (auto _ : state) {
    if (left == 0) {
      state.PauseTiming();
      for (auto& datagram : batch) {
        datagram =
            publisher.sealRtp(vp8Packet(RawPeer::kRemote.video, static_cast<std::uint16_t>(number),
                                        number * 3000, number == 0, 1188));
        ++number;
      }
      left = kBatch;
      state.ResumeTiming();
    }
    for (std::int64_t i = 0; i < per_turn; ++i)
      publisher.peer.receive(0, batch[kBatch - left--], now);
    deliveries.deliver(now);
    now += std::chrono::milliseconds(2) * per_turn;
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * per_turn);
}
BENCHMARK(Forward_ToViewers)
    ->ArgNames({"viewers", "per_turn"})
    ->ArgsProduct({{1, 10, 100}, {1, 4}});

}  // namespace
}  // namespace ms::peer
