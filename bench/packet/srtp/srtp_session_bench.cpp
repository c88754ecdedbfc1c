// Our SRTP and libsrtp2's, for every profile, 1200-byte packets.
#include "server/packet/srtp/srtp_session.h"

#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "server/packet/srtp/libsrtp_reference.h"

namespace ms::srtp {
namespace {

constexpr std::size_t kPacketBytes = 1200;
constexpr std::uint32_t kBatch = 4096;

struct Ours {
  explicit Ours(const SrtpKeys& keys) : session(*SrtpSession::make(keys)) {}
  auto protectRtp(MutableBytes buffer, std::size_t size) {
    return session.protectRtp(buffer, size);
  }
  auto unprotectRtp(MutableBytes packet) { return session.unprotectRtp(packet); }

  SrtpSession session;
};

SrtpKeys keysOf(Profile profile) {
  SrtpKeys keys{.profile = profile};
  for (std::size_t i = 0; i < kMaxMasterKeyBytes; ++i)
    keys.outbound[i] = keys.inbound[i] = static_cast<std::uint8_t>(i);
  return keys;
}

void writeHeader(MutableBytes packet, std::uint32_t number) {
  packet[0] = 0x80;
  packet[1] = 96;
  storeBe16(packet, 2, static_cast<std::uint16_t>(number));
  storeBe32(packet, 4, number * 3000);
  storeBe32(packet, 8, 1234);
}

template <class Session>
void Srtp_Protect(benchmark::State& state) {
  Session sender(keysOf(static_cast<Profile>(state.range(0))));
  std::vector<std::uint8_t> packet(kPacketBytes + SrtpSession::kMaxTrailerBytes);
  std::uint32_t number = 0;
  for (auto _ : state) {
    writeHeader(packet, number++);
    benchmark::DoNotOptimize(sender.protectRtp(packet, kPacketBytes));
  }
  state.SetItemsProcessed(state.iterations());
}

// A packet can be opened only once, so they are sealed in batches outside of the measured time.
template <class Session>
void Srtp_Unprotect(benchmark::State& state) {
  Session sender(keysOf(static_cast<Profile>(state.range(0))));
  Session receiver(keysOf(static_cast<Profile>(state.range(0))));
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

template <class Session>
void Srtp_Make(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(Session(keysOf(static_cast<Profile>(state.range(0)))));
}

void profiles(benchmark::internal::Benchmark* bench) {
  bench->ArgName("profile");
  for (const Profile profile : kProfiles) bench->Arg(static_cast<int>(profile));
}
BENCHMARK(Srtp_Protect<Ours>)->Apply(profiles);
BENCHMARK(Srtp_Protect<LibsrtpReference>)->Apply(profiles);
BENCHMARK(Srtp_Unprotect<Ours>)->Apply(profiles);
BENCHMARK(Srtp_Unprotect<LibsrtpReference>)->Apply(profiles);
BENCHMARK(Srtp_Make<Ours>)->Apply(profiles);
BENCHMARK(Srtp_Make<LibsrtpReference>)->Apply(profiles);

}  // namespace
}  // namespace ms::srtp
