// MediaPeer on a bad network and with bad peers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "server/packet/peer/test_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Without corruption: before there are keys, a changed bit in a handshake message is fatal by
// DTLS's own rules, and UDP's checksum is what guards against it.
constexpr NetworkConditions kBad{.loss = 0.2, .duplication = 0.1, .delay = 30ms, .jitter = 40ms};

TEST(MediaPeerHostile, ConnectsOverABadNetwork) {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    SimulatedNetwork network(seed);
    TestCall call(network, seed);
    call.browser.conditions = call.server.conditions = kBad;
    call.start(seed % 2 ? sdp::SetupRole::Active : sdp::SetupRole::Passive);

    network.runFor(25s);

    EXPECT_EQ(call.server.peer.connectionState(), ConnectionState::Connected) << seed;
    EXPECT_EQ(call.browser.peer.connectionState(), ConnectionState::Connected) << seed;
  }
}

TEST(MediaPeerHostile, RefusesACertificateOtherThanTheSignalledOne) {
  SimulatedNetwork network(1);
  TestCall call(network, 1);
  call.change_server_session = [](sdp::NegotiatedSession& session) {
    session.transports[0].remote_fingerprint = sdpFingerprint(otherTestCertificate());
  };
  call.start();
  call.feed(call);
  call.startMedia();

  network.runFor(3s);

  EXPECT_EQ(call.server.peer.dtlsState(0), dtls::DtlsState::Failed);
  EXPECT_EQ(call.server.peer.dtlsFailure(0), dtls::DtlsFailure::FingerprintMismatch);
  EXPECT_THAT(call.server.connection_states, IsEmpty());
  EXPECT_THAT(call.screen.arrivals, IsEmpty());
}

TEST(MediaPeerHostile, DropsMediaThatComesBeforeTheKeys) {
  SimulatedNetwork network(2);
  TestCall call(network, 2);
  call.start();
  std::array<std::uint8_t, 100> packet{0x80, 96};

  call.server.peer.receive(0, packet, network.now());

  EXPECT_EQ(call.server.peer.statistics().drops.of(PeerDrop::BeforeKeys), 1u);
}

TEST(MediaPeerHostile, RefusesEveryReplayedDatagram) {
  SimulatedNetwork network(3);
  TestCall call(network, 3);
  call.browser.keep_sent = true;
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(3s);
  call.stopMedia();
  network.runFor(1s);
  const auto before = call.server.peer.statistics();
  const std::size_t shown = call.screen.arrivals.size();

  for (auto datagram : std::vector(call.browser.sent))
    call.server.peer.receive(0, datagram, network.now());
  network.runFor(100ms);

  const auto after = call.server.peer.statistics();
  EXPECT_EQ(after.inbound[0].packets_received, before.inbound[0].packets_received);
  EXPECT_EQ(after.inbound[1].packets_received, before.inbound[1].packets_received);
  EXPECT_EQ(call.screen.arrivals.size(), shown);
  EXPECT_GT(after.drops.of(srtp::Drop::Replayed), 200u);
}

TEST(MediaPeerHostile, GoesOnWhateverElseArrives) {
  SimulatedNetwork network(4);
  TestCall call(network, 4);
  call.start();
  call.feed(call);
  call.startMedia();
  SeededRandom random(99);
  const auto sendGarbage = [&] {
    std::vector<std::uint8_t> garbage(random.below(1500));
    random.fill(garbage);
    if (!garbage.empty() && random.happens(0.7))
      garbage[0] = static_cast<std::uint8_t>(random.happens(0.5) ? 0x80 + random.below(64)
                                                                 : 20 + random.below(44));
    call.server.receiveFromNetwork(0, garbage);
  };
  for (int i = 0; i < 3000; ++i) network.after(i * 2ms, sendGarbage);

  network.runFor(7s);

  EXPECT_EQ(call.server.peer.connectionState(), ConnectionState::Connected);
  EXPECT_GT(call.screen.arrivals.size(), 190u);
  EXPECT_GT(call.speaker.arrivals.size(), 300u);
}

TEST(MediaPeerHostile, GoesOnWhenDatagramsAreDamagedOnTheWay) {
  SimulatedNetwork network(8);
  TestCall call(network, 8);
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(2s);

  call.browser.conditions.corruption = call.server.conditions.corruption = 0.1;
  network.runFor(5s);

  EXPECT_GT(call.screen.arrivals.size(), 190u);
  const auto drops = call.server.peer.statistics().drops;
  EXPECT_GT(drops.of(srtp::Drop::Unauthenticated), 10u);
  EXPECT_EQ(call.server.peer.connectionState(), ConnectionState::Connected);
}

TEST(MediaPeerHostile, StopsTellingAndSendingAfterStop) {
  SimulatedNetwork network(6);
  TestCall call(network, 6);
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(2s);
  call.server.peer.stop(network.now());
  call.server.flows.clear();
  call.server.dtls_states.clear();
  call.server.keep_sent = true;

  network.runFor(5s);

  EXPECT_THAT(call.server.flows, IsEmpty());
  EXPECT_THAT(call.server.dtls_states, IsEmpty());
  EXPECT_THAT(call.server.sent, IsEmpty());
  EXPECT_EQ(call.server.peer.source(MediaKind::Video), nullptr);
  EXPECT_EQ(call.server.peer.nextTimeout(), kNever);
}

TEST(MediaPeerHostile, MayLoseItsSourceOrSinkAtAnyTime) {
  SimulatedNetwork network(7);
  auto publisher = std::make_unique<TestCall>(network, 7);
  TestCall viewer(network, 17);
  publisher->start();
  viewer.start();
  publisher->feed(viewer);
  publisher->startMedia();
  network.runFor(2s);

  publisher->server.peer.stop(network.now());
  network.runFor(2s);
  viewer.server.peer.stop(network.now());
  network.runFor(2s);

  EXPECT_GT(viewer.screen.arrivals.size(), 30u);
}

}  // namespace
}  // namespace ms::peer
