#include "server/packet/srtp/srtp_session.h"

#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

namespace ms::srtp {
namespace {

constexpr std::size_t kPacketBytes = 1200;
constexpr std::uint32_t kBatch = 4096;

std::pair<SrtpSession, SrtpSession> makePair(Profile profile) {
  SrtpKeys here{.profile = profile};
  for (std::size_t i = 0; i < kMaxMasterKeyBytes; ++i)
    here.outbound[i] = static_cast<std::uint8_t>(i);
  SrtpKeys there = here;
  std::swap(there.outbound, there.inbound);
  return {*SrtpSession::make(here), *SrtpSession::make(there)};
}

void writeHeader(MutableBytes packet, std::uint32_t number) {
  packet[0] = 0x80;
  packet[1] = 96;
  storeBe16(packet, 2, static_cast<std::uint16_t>(number));
  storeBe32(packet, 4, number * 3000);
  storeBe32(packet, 8, 1234);
}

void Srtp_Protect(benchmark::State& state) {
  auto [sender, receiver] = makePair(static_cast<Profile>(state.range(0)));
  std::vector<std::uint8_t> packet(kPacketBytes + SrtpSession::kMaxTrailerBytes);
  std::uint32_t number = 0;
  for (auto _ : state) {
    writeHeader(packet, number++);
    benchmark::DoNotOptimize(sender.protectRtp(packet, kPacketBytes));
  }
  state.SetItemsProcessed(state.iterations());
}

// A packet can be opened only once, so they are sealed in batches outside of the measured time.
void Srtp_Unprotect(benchmark::State& state) {
  auto [sender, receiver] = makePair(static_cast<Profile>(state.range(0)));
  std::vector<std::vector<std::uint8_t>> batch(kBatch);
  std::uint32_t number = 0, left = 0;
  for (auto _ : state) {
    if (left == 0) {
      state.PauseTiming();
      for (auto& packet : batch) {
        packet.resize(kPacketBytes + SrtpSession::kMaxTrailerBytes);
        writeHeader(packet, number++);
        packet.resize(*sender.protectRtp(packet, kPacketBytes));
      }
      left = kBatch;
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(receiver.unprotectRtp(batch[kBatch - left--]));
  }
  state.SetItemsProcessed(state.iterations());
}

void profiles(benchmark::internal::Benchmark* bench) {
  bench->ArgName("profile")
      ->Arg(static_cast<int>(Profile::AeadAes128Gcm))
      ->Arg(static_cast<int>(Profile::Aes128CmHmacSha1_80));
}
BENCHMARK(Srtp_Protect)->Apply(profiles);
BENCHMARK(Srtp_Unprotect)->Apply(profiles);

}  // namespace
}  // namespace ms::srtp
