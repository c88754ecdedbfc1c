#include <benchmark/benchmark.h>

#include <array>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/message.h"

namespace ms::rtcp {
namespace {

// What a viewer sends most: RR with two blocks, SDES, and a NACK of 20 numbers.
void Compound_Parse(benchmark::State& state) {
  std::array<std::uint8_t, 1500> buffer;
  CompoundWriter out(buffer);
  const std::array<ReceptionReport, 2> blocks{};
  std::array<rtp::SequenceNumber, 20> numbers;
  for (std::uint16_t i = 0; i < numbers.size(); ++i)
    numbers[i] = rtp::SequenceNumber(static_cast<std::uint16_t>(3 * i));
  writeReceiverReport(out, Ssrc(1), blocks);
  writeSourceDescription(out, Ssrc(1), "user123456789@host-abcdef01");
  writeNack(out, Ssrc(1), Ssrc(2), numbers);

  for (auto _ : state) {
    const auto compound = CompoundView::parse(out.datagram());
    for (const PacketView packet : *compound) benchmark::DoNotOptimize(parseMessage(packet));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Compound_Parse);

}  // namespace
}  // namespace ms::rtcp
