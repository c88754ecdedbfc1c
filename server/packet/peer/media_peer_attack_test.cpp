// A live call while somebody sends to its transport what does not belong there. The simulated
// network makes the same call twice, with and without the attack: nothing of it may differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <vector>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/peer/source_port.h"
#include "server/packet/peer/test_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;
using Datagram = std::vector<std::uint8_t>;

constexpr Duration kAttackInterval = 1ms;
constexpr Duration kAttack = 5s;
constexpr std::size_t kLargestDatagram = 65'507;

// What the call was like for the two people in it, and for the server's counters.
struct Experience {
  std::vector<Timestamp> shown, heard;
  std::vector<std::uint64_t> received;  // Packets, bytes and losses of each stream, at the server.
  std::vector<ConnectionState> states;

  friend bool operator==(const Experience&, const Experience&) = default;
};

class AttackTest : public ::testing::Test {
 protected:
  // Drops of the server's peer are kept in `drops`.
  Experience callDuring(const std::function<void(TestCall&, SimulatedNetwork&)>& attack) {
    SimulatedNetwork network(5);
    TestCall call(network, 5);
    call.browser.keep_sent = true;
    call.start();
    call.feed(call);
    call.startMedia();
    network.runFor(1s);
    attack(call, network);
    network.runFor(kAttack);
    call.stopMedia();
    network.runFor(1s);

    Experience experience;
    for (const auto& arrival : call.screen.arrivals) experience.shown.push_back(arrival.arrived);
    for (const auto& arrival : call.speaker.arrivals) experience.heard.push_back(arrival.arrived);
    const PeerStatistics statistics = call.server.peer.statistics();
    for (const InboundStatistics& stream : statistics.inbound)
      experience.received.insert(
          experience.received.end(),
          {*stream.ssrc, stream.packets_received, stream.bytes_received,
           static_cast<std::uint64_t>(stream.packets_lost), stream.nack_count,
           static_cast<std::uint64_t>(stream.jitter.count())});
    experience.states = call.server.connection_states;
    drops = statistics.drops;
    EXPECT_EQ(call.server.peer.connectionState(), ConnectionState::Connected);
    return experience;
  }

  void expectUndisturbedBy(const std::function<Datagram(TestCall&)>& next) {
    const Experience peaceful = callDuring([](TestCall&, SimulatedNetwork&) {});
    ASSERT_GT(peaceful.shown.size(), 150u);
    ASSERT_GT(peaceful.heard.size(), 250u);

    const Experience attacked = callDuring([&](TestCall& call, SimulatedNetwork& network) {
      for (Duration at{0}; at < kAttack; at += kAttackInterval)
        network.after(at, [&call, &network, next] {
          Datagram datagram = next(call);
          call.server.peer.receive(0, datagram, network.now());
        });
    });
    EXPECT_EQ(attacked, peaceful);
  }

  // Something that the browser has sent lately, after the handshake.
  const Datagram& overheard(const TestCall& call) {
    const auto& sent = call.browser.sent;
    return sent[sent.size() - 1 - random.below(20)];
  }

  PeerDropCounters drops;
  SeededRandom random{77};
  static constexpr std::uint64_t kDatagrams = kAttack / kAttackInterval;
};

TEST_F(AttackTest, SrtpWithABadTagDoesNothing) {
  std::uint16_t number = 0;
  expectUndisturbedBy([&](TestCall& call) {
    Datagram forged = overheard(call);
    if (random.happens(0.5)) storeBe16(forged, 2, number += 7);  // Also ahead of what is there.
    for (std::size_t i = forged.size() - 10; i < forged.size(); ++i)
      forged[i] ^= static_cast<std::uint8_t>(1 + random.below(255));
    return forged;
  });

  EXPECT_EQ(drops.of(srtp::Drop::Unauthenticated) + drops.of(srtp::Drop::Replayed), kDatagrams);
  EXPECT_GT(drops.of(srtp::Drop::Unauthenticated), kDatagrams / 4);
}

TEST_F(AttackTest, SrtpOfStreamsThatNobodyHasLeavesNoTrace) {
  expectUndisturbedBy([&](TestCall&) {
    Datagram forged(1200, 0x80);
    random.fill(forged);
    forged[0] = 0x80;
    forged[1] = 96;
    return forged;
  });

  EXPECT_EQ(drops.of(srtp::Drop::Unauthenticated), kDatagrams);
  EXPECT_EQ(drops.of(srtp::Drop::TooManySsrcs), 0u);
}

TEST_F(AttackTest, ReplayedDatagramsAreNotTakenTwice) {
  // Not the very last, which may still be under way.
  expectUndisturbedBy([&](TestCall& call) {
    const auto& sent = call.browser.sent;
    return sent[sent.size() - 20 - random.below(40)];
  });

  EXPECT_EQ(drops.of(srtp::Drop::Replayed), kDatagrams);
}

TEST_F(AttackTest, TruncatedDatagramsAreRefused) {
  expectUndisturbedBy([&](TestCall& call) {
    Datagram datagram = overheard(call);
    datagram.resize(random.below(static_cast<std::uint32_t>(datagram.size())));
    return datagram;
  });

  EXPECT_GT(drops.of(srtp::Drop::TooShort), 0u);
  EXPECT_GT(drops.of(srtp::Drop::Unauthenticated), 0u);
}

TEST_F(AttackTest, OversizedDatagramsAreRefused) {
  expectUndisturbedBy([&](TestCall& call) {
    Datagram datagram = overheard(call);
    datagram.resize(kLargestDatagram - random.below(60'000), 0x55);
    return datagram;
  });

  EXPECT_GT(drops.of(srtp::Drop::Unauthenticated) + drops.of(srtp::Drop::Replayed), kDatagrams / 2);
}

TEST_F(AttackTest, HandshakesOfStrangersDoNotTouchTheAssociation) {
  struct Stranger final : dtls::DtlsObserver {
    void onDtlsDatagram(Bytes datagram) override { hello.assign(datagram.begin(), datagram.end()); }
    void onDtlsState(dtls::DtlsState) override {}
    void onDtlsApplicationData(Bytes) override {}
    Datagram hello;
  };
  Stranger stranger;
  dtls::DtlsSession session(otherTestCertificate(), dtls::DtlsRole::Client,
                            {testCertificate().fingerprint()}, stranger);
  session.start(Timestamp{1s});
  ASSERT_FALSE(stranger.hello.empty());

  expectUndisturbedBy([&](TestCall&) {
    Datagram datagram = stranger.hello;
    if (random.happens(0.3))
      datagram.resize(random.below(static_cast<std::uint32_t>(datagram.size())));
    if (random.happens(0.1)) datagram.resize(kLargestDatagram, 0x16);
    if (!datagram.empty() && random.happens(0.3))
      datagram[random.below(static_cast<std::uint32_t>(datagram.size()))] ^= 0x11;
    if (!datagram.empty() && random.happens(0.2)) datagram[0] = 21;  // An alert, of nobody.
    return datagram;
  });
}

TEST_F(AttackTest, StunThatReachesThePeerIsNotForIt) {
  expectUndisturbedBy([&](TestCall&) {
    Datagram request(20 + random.below(1400), 0);
    storeBe16(request, 0, 0x0001);
    storeBe16(request, 2, static_cast<std::uint16_t>(random.below(0x10000)));
    storeBe32(request, 4, 0x2112a442);
    return request;
  });

  EXPECT_EQ(drops.of(PeerDrop::StunNotForUs), kDatagrams);
}

// A publisher who has the keys and sends RTCP that cannot be; the viewer sees all of its video.
class BadRtcpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(publisher.connect(now));
    publisher.peer.source(MediaKind::Video)->addSink(screen, now);
  }

  void publish() {
    publisher.give(publisher.sealRtp(
                       vp8Packet(RawPeer::kRemote.video, number, number * 900u, number % 100 == 0)),
                   now);
    ++number;
    now += 10ms;
    if (publisher.peer.nextTimeout() <= now) publisher.peer.handleTimeout(now);
  }

  Timestamp now{1000s};
  std::uint16_t number = 0;
  SeededRandom random{3};
  RawPeer publisher{1};
  TestSink screen{MediaKind::Video};
};

TEST_F(BadRtcpTest, ImpossibleLengthsAreCountedAndTheCallGoesOn) {
  constexpr std::uint8_t kTypes[] = {200, 201, 202, 203, 204, 205, 206, 207};
  for (int i = 0; i < 4000; ++i) {
    Datagram rtcp(8 + 4 * random.below(40));
    random.fill(rtcp);
    rtcp[0] = static_cast<std::uint8_t>(0x80 | random.below(32));  // Any count, format or padding.
    rtcp[1] = kTypes[random.below(std::size(kTypes))];
    const std::uint32_t words = static_cast<std::uint32_t>(rtcp.size() / 4);
    const std::uint16_t lengths[] = {0, 1, 0xffff, static_cast<std::uint16_t>(words),
                                     static_cast<std::uint16_t>(words - 1)};
    storeBe16(rtcp, 2, lengths[random.below(std::size(lengths))]);
    storeBe32(rtcp, 4, *RawPeer::kRemote.video + random.below(8));
    if (rtcp[1] == 203) rtcp[0] = 0x80;  // Goodbyes are not meant here.
    publisher.give(publisher.sealRtcp(rtcp), now);
    publish();
  }

  EXPECT_EQ(screen.arrivals.size(), 4000u);
  EXPECT_EQ(publisher.peer.connectionState(), ConnectionState::Connected);
  const auto drops = publisher.peer.statistics().drops;
  EXPECT_GT(drops.of(rtcp::Drop::TooShort) + drops.of(rtcp::Drop::BadLength), 1000u);
  EXPECT_LE(publisher.peer.statistics().inbound.size(), std::size_t{SourcePort::kMaxStreams});
}

TEST_F(BadRtcpTest, PacketsLongerThanAnyMtuAreNotForwarded) {
  publish();
  for (const std::size_t payload : {rtp::kMaxPacketBytes, std::size_t{9000}, std::size_t{60'000}}) {
    publisher.give(publisher.sealRtp(vp8Packet(RawPeer::kRemote.video, number, 0, false, payload)),
                   now);
    ++number;
  }
  publish();

  EXPECT_EQ(screen.arrivals.size(), 2u);
  EXPECT_EQ(publisher.peer.statistics().drops.of(rtp::Drop::TooLong), 3u);
}

}  // namespace
}  // namespace ms::peer
