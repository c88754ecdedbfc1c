#include "server/packet/rtp/rtp_view.h"

#include <benchmark/benchmark.h>

#include <array>

#include "server/packet/rtp/key_frame.h"

namespace ms::rtp {
namespace {

// The smallest real work: one 1200-byte packet without extensions, hot in cache.
void RtpView_Parse(benchmark::State& state) {
  std::array<std::uint8_t, 1200> packet{0x80, 0x6f};
  for (auto _ : state) {
    benchmark::DoNotOptimize(packet);
    benchmark::DoNotOptimize(RtpView::parse(packet)->ssrc());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RtpView_Parse);

// What browsers send: three one-byte header extensions, the last of which is looked up.
void RtpView_FindExtension(benchmark::State& state) {
  std::array<std::uint8_t, 1200> packet{0x90, 0x6f, 0,    1,    0, 0, 0,    0,    0,    0,
                                        0,    1,    0xbe, 0xde, 0, 3, 0x40, 0x30, 0x32, 0xaa,
                                        1,    2,    3,    0x51, 9, 9, 0,    0};
  packet[17] = 0x61;
  for (auto _ : state) {
    benchmark::DoNotOptimize(packet);
    benchmark::DoNotOptimize(RtpView::parse(packet)->extension(ExtensionId(5)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RtpView_FindExtension);

void KeyFrame_Vp8(benchmark::State& state) {
  const std::array<std::uint8_t, 1200> payload{0x90, 0xe0, 0x80, 0x05, 0x01, 0x20, 0x10};
  for (auto _ : state) benchmark::DoNotOptimize(isKeyFrameStart(Codec::Vp8, payload));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(KeyFrame_Vp8);

}  // namespace
}  // namespace ms::rtp
