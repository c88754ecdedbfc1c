// Proves that forwarding allocates nothing once warm. Counted is what C++ code allocates.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "server/packet/peer/raw_peer.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MS_COUNTS_ALLOCATIONS
#endif

#ifdef MS_COUNTS_ALLOCATIONS
namespace {
std::atomic<std::uint64_t> allocations;
}  // namespace

// Not inlined: GCC would see malloc() and free() where it expects new and delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace ms::peer {
namespace {

using namespace std::chrono_literals;

TEST(Forwarding, AllocatesNothingOnceWarm) {
#ifndef MS_COUNTS_ALLOCATIONS
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#else
  constexpr std::uint16_t kWarmUp = 3000, kMeasured = 3000;
  Timestamp now{1000s};
  RawPeer publisher(1), viewer(2);
  ASSERT_TRUE(publisher.connect(now) && viewer.connect(now));
  publisher.peer.source(rtp::MediaKind::Video)
      ->addSink(*viewer.peer.sink(rtp::MediaKind::Video), now);
  std::vector<RawPeer::Datagram> packets;
  for (std::uint16_t n = 0; n < kWarmUp + kMeasured; ++n)
    packets.push_back(
        publisher.sealRtp(vp8Packet(RawPeer::kRemote.video, n, n * 3000u, n == 0, 1100)));
  const auto forward = [&](std::size_t from, std::size_t to) {
    for (std::size_t n = from; n < to; ++n) {
      publisher.peer.receive(0, packets[n], now);
      now += 10ms;
      for (MediaPeer* peer : {&publisher.peer, &viewer.peer})
        if (peer->nextTimeout() <= now) peer->handleTimeout(now);
    }
  };
  forward(0, kWarmUp);
  const std::uint64_t sent_before = viewer.datagrams_sent, before = allocations;

  forward(kWarmUp, kWarmUp + kMeasured);

  const std::uint64_t made = allocations - before;
  EXPECT_GE(viewer.datagrams_sent - sent_before, kMeasured);
  EXPECT_EQ(made, 0u) << static_cast<double>(made) / kMeasured << " per packet";
#endif
}

}  // namespace
}  // namespace ms::peer
