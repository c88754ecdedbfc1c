// Loss and narrow paths: peers of browsers that know transport-wide feedback and retransmission
// streams, over simulated links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "server/packet/peer/test_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;

constexpr BandwidthLimits kWide{.min_video_send = Bitrate(100'000),
                                .max_video_send = Bitrate(3'000'000)};

// A call whose camera sends 100 pictures a second of one packet each: 1 Mbit/s with 1200 bytes.
class ModernCall : public TestCall {
 public:
  ModernCall(SimulatedNetwork& network, std::uint32_t seed) : TestCall(network, seed) {
    is_modern = true;
    video_interval = 10ms;
    server.peer.setBandwidth(kWide);
    browser.peer.setBandwidth(kWide);
  }
};

// When each picture could be shown: when it and all before it were there.
std::vector<Timestamp> shownAt(const TestSink& screen) {
  std::vector<Timestamp> shown;
  Timestamp latest{};
  for (const TestSink::Arrival& arrival : screen.inOrder()) {
    latest = std::max(latest, arrival.arrived);
    shown.push_back(latest);
  }
  return shown;
}

Duration longestFreeze(const std::vector<Timestamp>& shown) {
  Duration longest{};
  for (std::size_t i = 1; i < shown.size(); ++i)
    longest = std::max(longest, shown[i] - shown[i - 1]);
  return longest;
}

// The numbers go on without a gap, and where pictures were left out a key frame begins anew.
// `from`: arrivals before were perhaps forgotten in the midst of a gap.
void expectUnbroken(const TestSink& screen, std::size_t from = 0) {
  const auto arrivals = screen.inOrder();
  for (std::size_t i = from + 1; i < arrivals.size(); ++i) {
    ASSERT_EQ(rtp::distance(arrivals[i - 1].number, arrivals[i].number), 1) << i;
    const int pictures = (arrivals[i].picture_id - arrivals[i - 1].picture_id) & 0x7fff;
    ASSERT_TRUE(pictures == 1 || arrivals[i].is_key_frame) << i;
  }
}

std::int64_t receivedKbps(const TestSink& screen, std::size_t payload_bytes, Timestamp since,
                          Timestamp until) {
  const auto count = std::ranges::count_if(screen.arrivals, [&](const TestSink::Arrival& one) {
    return one.arrived >= since && one.arrived < until;
  });
  return static_cast<std::int64_t>(count) * static_cast<std::int64_t>(payload_bytes) * 8 /
         ((until - since) / 1ms);
}

std::uint64_t retransmitted(const MediaPeer& peer) {
  return peer.statistics().outbound.at(1).retransmitted;
}

TEST(Congestion, VideoGoesOnOverALossyJitteringPathBothWays) {
  SimulatedNetwork network(31);
  ModernCall publisher(network, 31), viewer(network, 41);
  publisher.video_interval = 33ms;
  publisher.start();
  viewer.start();
  for (TestPeer* peer : {&publisher.browser, &publisher.server, &viewer.server, &viewer.browser})
    peer->conditions = {.loss = 0.05, .delay = 30ms, .jitter = 40ms};  // 50 ± 20 ms.
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(3s);
  viewer.screen.arrivals.clear();
  viewer.speaker.arrivals.clear();

  network.runFor(60s);

  const auto shown = shownAt(viewer.screen);
  EXPECT_GT(shown.size(), 1780u);
  EXPECT_LT(longestFreeze(shown), 500ms);
  expectUnbroken(viewer.screen, 30);
  EXPECT_GT(retransmitted(viewer.server.peer), 60u);
  EXPECT_GT(retransmitted(publisher.browser.peer), 60u);
  // Audio: 5 % on each of two hops.
  EXPECT_GT(viewer.speaker.arrivals.size(), 3000u * 88 / 100);
}

TEST(Congestion, RetransmissionsComeOnAStreamOfTheirOwn) {
  SimulatedNetwork network(32);
  ModernCall publisher(network, 32), viewer(network, 42);
  publisher.start();
  viewer.start();
  viewer.server.conditions.loss = 0.1;
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(10s);

  EXPECT_GT(retransmitted(viewer.server.peer), 50u);
  const auto statistics = viewer.browser.peer.statistics();
  EXPECT_GT(statistics.inbound.at(1).recovered, 50u);
  std::set<std::uint16_t> numbers;
  for (const auto& arrival : viewer.screen.arrivals)
    EXPECT_TRUE(numbers.insert(*arrival.number).second) << "came twice";
}

TEST(Congestion, ASlowViewerGetsWhatItCanTakeAndTheOthersAllOfIt) {
  SimulatedNetwork network(33);
  ModernCall publisher(network, 33), slow(network, 43), fast(network, 53), other(network, 63);
  for (ModernCall* call : {&publisher, &slow, &fast, &other}) call->start();
  slow.server.conditions.capacity = Bitrate(300'000);
  fast.server.conditions.capacity = other.server.conditions.capacity = Bitrate(3'000'000);
  for (ModernCall* call : {&slow, &fast, &other}) publisher.feed(*call);
  publisher.camera.payload_bytes = 1200;
  publisher.microphone.payload_bytes = 80;
  publisher.startMedia();

  network.runFor(40s);

  const Timestamp end = network.now();
  const int sent = publisher.camera.frames_sent;
  for (const ModernCall* call : {&fast, &other}) {
    EXPECT_GT(call->screen.arrivals.size(), static_cast<std::size_t>(sent) * 99 / 100);
    EXPECT_LT(longestFreeze(shownAt(call->screen)), 200ms);
    expectUnbroken(call->screen);
  }
  EXPECT_GT(receivedKbps(slow.screen, 1200, end - 20s, end), 30);
  EXPECT_LT(receivedKbps(slow.screen, 1200, end - 20s, end), 310);
  EXPECT_LT(longestFreeze(shownAt(slow.screen)), 4s);
  std::vector<Duration> delays;
  for (const auto& arrival : slow.screen.arrivals)
    if (arrival.arrived > end - 20s) delays.push_back(arrival.arrived - arrival.captured);
  std::ranges::sort(delays);
  ASSERT_FALSE(delays.empty());
  EXPECT_LT(delays[delays.size() * 95 / 100], 1s);
  // The publisher is asked for what the best viewer can take, and rarely for a key frame.
  EXPECT_GT(*publisher.browser.peer.statistics().outbound.at(1).remb, 900'000);
  EXPECT_LT(publisher.camera.key_frame_requests, 40 / 2 + 5);
  EXPECT_GT(slow.server.peer.statistics().drops.of(PeerDrop::Thinned), 500u);
  EXPECT_EQ(fast.server.peer.statistics().drops.of(PeerDrop::Thinned), 0u);
}

TEST(Congestion, AViewerThatIsNotHeardAnyMoreIsSentLess) {
  SimulatedNetwork network(36);
  ModernCall publisher(network, 36), viewer(network, 46);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.camera.payload_bytes = 1200;
  publisher.startMedia();
  network.runFor(5s);
  const auto sentBy = [&] { return viewer.server.peer.statistics().outbound.at(1).packets_sent; };

  viewer.browser.conditions.loss = 1;  // Its feedback, and all else that it says.
  network.runFor(10s);
  const auto before = sentBy();
  network.runFor(10s);

  EXPECT_LT(sentBy() - before, 300u / 4);  // Of 300 pictures.
  viewer.browser.conditions.loss = 0;
  network.runFor(20s);
  const auto shown = viewer.screen.arrivals.size();
  network.runFor(5s);
  EXPECT_GT(viewer.screen.arrivals.size() - shown, 140u);
}

TEST(Congestion, ThePublisherFollowsItsOnlyViewerDownAndUpWithinFiveSeconds) {
  SimulatedNetwork network(34);
  ModernCall publisher(network, 34), viewer(network, 44);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.startMedia();
  // An encoder: does what it is asked for, up to a Mbit/s.
  const std::function<void()> encode = [&] {
    const std::int64_t asked =
        std::min<std::int64_t>(*publisher.browser.peer.statistics().outbound.at(1).remb, 960'000);
    publisher.camera.payload_bytes =
        static_cast<std::size_t>(std::max<std::int64_t>(asked / 800, 30));
    network.after(100ms, encode);
  };
  encode();
  viewer.server.conditions.capacity = Bitrate(3'000'000);
  network.runFor(10s);
  EXPECT_EQ(publisher.camera.payload_bytes, 1200u);

  viewer.server.conditions.capacity = Bitrate(300'000);
  network.runFor(5s);
  EXPECT_LT(publisher.camera.payload_bytes * 800, 330'000u);
  // Audio and headers take another 100 kbit/s of the path.
  std::size_t sum = 0;
  for (int i = 0; i < 100; ++i) {
    network.runFor(100ms);
    sum += publisher.camera.payload_bytes * 800;
    EXPECT_LT(publisher.camera.payload_bytes * 800, 330'000u);
  }
  EXPECT_GT(sum / 100, 110'000u);

  viewer.server.conditions.capacity = Bitrate(3'000'000);
  network.runFor(5s);
  EXPECT_GT(publisher.camera.payload_bytes * 800, 900'000u);
}

// Encoders stay below what they are granted, and audio and headers take a part of it: what arrives
// must not become the next grant.
TEST(Congestion, APublisherThatUsesAThirdOfItsGrantIsNotHeldThere) {
  SimulatedNetwork network(40);
  ModernCall publisher(network, 40), viewer(network, 50);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.startMedia();
  const std::function<void()> encode = [&] {
    const std::int64_t asked = *publisher.browser.peer.statistics().outbound.at(1).remb;
    publisher.camera.payload_bytes =
        static_cast<std::size_t>(std::clamp<std::int64_t>(asked / 3 / 800, 30, 1200));
    network.after(100ms, encode);
  };
  encode();
  network.runFor(5s);

  EXPECT_EQ(*publisher.browser.peer.statistics().outbound.at(1).remb, 3'000'000);
}

TEST(Congestion, AViewerOnAWidePathIsNeverThinnedOrPaced) {
  SimulatedNetwork network(35);
  ModernCall publisher(network, 35), viewer(network, 45);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.camera.payload_bytes = 1200;
  publisher.startMedia();
  network.runFor(10s);

  EXPECT_EQ(viewer.server.peer.statistics().drops.of(PeerDrop::Thinned), 0u);
  for (const auto& arrival : viewer.screen.arrivals)
    EXPECT_EQ(arrival.arrived - arrival.captured, 40ms);
}

TEST(Congestion, AnEndpointsMinimumAndMaximumBoundWhatThePublisherIsAskedFor) {
  SimulatedNetwork network(36);
  ModernCall publisher(network, 36), viewer(network, 46);
  publisher.start();
  viewer.start();
  viewer.server.peer.setBandwidth(
      {.min_video_send = Bitrate(100'000), .max_video_send = Bitrate(450'000)});
  publisher.feed(viewer);
  publisher.camera.payload_bytes = 1200;
  publisher.startMedia();
  network.runFor(5s);
  EXPECT_NEAR(static_cast<double>(*publisher.browser.peer.statistics().outbound.at(1).remb),
              450'000, 2'000);

  publisher.server.peer.setBandwidth({.max_video_receive = Bitrate(400'000)});
  network.runFor(2s);
  EXPECT_NEAR(static_cast<double>(*publisher.browser.peer.statistics().outbound.at(1).remb),
              400'000, 2'000);

  publisher.server.peer.setBandwidth({.min_video_receive = Bitrate(600'000)});
  network.runFor(2s);
  EXPECT_NEAR(static_cast<double>(*publisher.browser.peer.statistics().outbound.at(1).remb),
              600'000, 3'000);
}

TEST(Congestion, ThePeersOwnLineOfBandwidthCapsWhatIsAskedForIt) {
  SimulatedNetwork network(37);
  ModernCall publisher(network, 37), viewer(network, 47);
  viewer.change_server_session = [](sdp::NegotiatedSession& session) {
    session.media[1].max_send_kbps = 250;
  };
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.camera.payload_bytes = 1200;
  publisher.startMedia();
  network.runFor(5s);
  EXPECT_NEAR(static_cast<double>(*publisher.browser.peer.statistics().outbound.at(1).remb),
              250'000, 2'000);
}

TEST(Congestion, AViewerWithoutFeedbackTakesWhateverComes) {
  SimulatedNetwork network(38);
  ModernCall publisher(network, 38), slow(network, 48), silent(network, 58);
  silent.is_modern = false;
  silent.change_server_session = [](sdp::NegotiatedSession& session) {
    session.media[1].codecs[0].remb = false;
  };
  for (ModernCall* call : {&publisher, &slow, &silent}) call->start();
  slow.server.conditions.capacity = Bitrate(200'000);
  publisher.feed(slow);
  publisher.feed(silent);
  publisher.camera.payload_bytes = 1200;
  publisher.startMedia();
  network.runFor(20s);

  EXPECT_GT(*publisher.browser.peer.statistics().outbound.at(1).remb, 3'000'000);
  EXPECT_GT(silent.screen.arrivals.size(),
            static_cast<std::size_t>(publisher.camera.frames_sent) * 99 / 100);
}

// How much later than its capture a packet is played, by the sender reports that came with it.
Duration lagOf(const TestSink& sink) {
  const auto& last = sink.arrivals.back();
  const auto ticks = rtp::distance(sink.mapping->rtp, last.timestamp);
  const Duration since(std::int64_t{ticks} * 1'000'000 / sink.mapping->clock_rate);
  return (sink.mapping->ntp + since) - rtp::NtpTime(0) - last.captured.time_since_epoch();
}

TEST(Congestion, LipsStayInStepThroughLossAnotherSourceAndANewSsrc) {
  SimulatedNetwork network(39);
  ModernCall first(network, 39), second(network, 49), viewer(network, 59);
  for (ModernCall* call : {&first, &second, &viewer}) {
    call->video_interval = 33ms;
    call->start();
    for (TestPeer* peer : {&call->browser, &call->server})
      peer->conditions = {.loss = 0.05, .delay = 30ms, .jitter = 40ms};
  }
  first.feed(viewer);
  first.startMedia();
  second.startMedia();
  Duration worst{};
  const auto measureFor = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      network.runFor(1s);
      ASSERT_TRUE(viewer.screen.mapping && viewer.speaker.mapping);
      worst = std::max(worst, std::chrono::abs(lagOf(viewer.screen) - lagOf(viewer.speaker)));
    }
  };
  network.runFor(10s);
  measureFor(10);
  EXPECT_LT(worst, 40ms) << "with loss";

  second.feed(viewer);
  network.runFor(8s);  // Until each has reported on the new source.
  measureFor(10);
  EXPECT_LT(worst, 40ms) << "after another source";

  // The same browser begins anew under other SSRCs and clocks.
  second.stopMedia();
  network.runFor(2s);
  TestSource camera({.kind = MediaKind::Video,
                     .ssrc = rtp::Ssrc(77),
                     .first_timestamp = rtp::RtpTimestamp(123'456'789),
                     .first_number = rtp::SequenceNumber(7)},
                    second.browser.pool, second.browser.clock);
  second.camera.removeSink(*second.browser.peer.sink(MediaKind::Video));
  camera.addSink(*second.browser.peer.sink(MediaKind::Video), network.now());
  bool running = true;
  const std::function<void()> film = [&] {
    if (!running) return;
    camera.tellClock(network.now());
    camera.sendFrame(network.now());
    network.after(33ms, film);
  };
  const std::function<void()> record = [&] {
    if (!running) return;
    second.microphone.tellClock(network.now());
    second.microphone.sendFrame(network.now());
    network.after(20ms, record);
  };
  film();
  record();
  network.runFor(8s);
  measureFor(10);
  EXPECT_LT(worst, 40ms) << "after a restart";
  running = false;
}

}  // namespace
}  // namespace ms::peer
