#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "server/packet/peer/raw_peer.h"

namespace ms::peer {
namespace {

constexpr std::uint32_t kBatch = 4096;

// From a publisher's datagram to the sealed datagrams of N viewers: everything but the sockets.
// Items are datagrams sent.
void Forward_ToViewers(benchmark::State& state) {
  Timestamp now{std::chrono::seconds(1000)};
  RawPeer publisher(1);
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
    publisher.peer.receive(0, batch[kBatch - left--], now);
    now += std::chrono::milliseconds(2);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Forward_ToViewers)->ArgName("viewers")->Arg(1)->Arg(10)->Arg(100);

}  // namespace
}  // namespace ms::peer
