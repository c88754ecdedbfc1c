#include "server/packet/peer/media_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/peer/test_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(MediaPeer, ConnectsInBothRolesAndTellsEachState) {
  for (const auto setup : {sdp::SetupRole::Active, sdp::SetupRole::Passive}) {
    SimulatedNetwork network(1);
    TestCall call(network, 1);
    call.start(setup);

    network.runFor(1s);

    EXPECT_THAT(call.server.dtls_states,
                ElementsAre(dtls::DtlsState::Connecting, dtls::DtlsState::Connected));
    EXPECT_THAT(call.server.connection_states, ElementsAre(ConnectionState::Connected));
    EXPECT_EQ(call.browser.peer.connectionState(), ConnectionState::Connected);
  }
}

TEST(MediaPeer, SendsTheBrowserItsOwnMediaBackWhenConnectedToItself) {
  SimulatedNetwork network(2);
  TestCall call(network, 2);
  call.start();
  call.feed(call);
  call.startMedia();

  network.runFor(5s);

  EXPECT_GT(call.screen.arrivals.size(), 120u);
  EXPECT_GT(call.speaker.arrivals.size(), 200u);
  EXPECT_TRUE(call.screen.inOrder().front().is_key_frame);
  EXPECT_EQ(call.screen.arrivals.front().ssrc, rtp::Ssrc(24));
}

TEST(MediaPeer, RecoversLostPacketsOnBothWays) {
  SimulatedNetwork network(3);
  TestCall publisher(network, 3), viewer(network, 13);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(2s);
  const NetworkConditions lossy{.loss = 0.1, .delay = 20ms, .jitter = 10ms};
  publisher.browser.conditions = publisher.server.conditions = lossy;
  viewer.browser.conditions = viewer.server.conditions = lossy;
  viewer.screen.arrivals.clear();
  const int sent_before = publisher.camera.frames_sent;

  network.runFor(10s);
  publisher.stopMedia();
  const int sent = publisher.camera.frames_sent - sent_before;
  network.runFor(3s);

  EXPECT_GE(viewer.screen.arrivals.size(), static_cast<std::size_t>(sent) - 3);
  const auto statistics = publisher.server.peer.statistics();
  EXPECT_GT(statistics.inbound.back().recovered, 10u);
  EXPECT_GT(viewer.server.peer.statistics().outbound.back().retransmitted, 10u);
}

TEST(MediaPeer, GivesALateViewerAKeyFrameWithinASecond) {
  SimulatedNetwork network(4);
  TestCall publisher(network, 4), viewer(network, 14);
  publisher.start();
  viewer.start();
  publisher.startMedia();
  network.runFor(10s);
  ASSERT_THAT(viewer.screen.arrivals, IsEmpty());

  publisher.feed(viewer);
  network.runFor(1s);

  ASSERT_THAT(viewer.screen.arrivals, Not(IsEmpty()));
  EXPECT_TRUE(viewer.screen.inOrder().front().is_key_frame);
}

TEST(MediaPeer, SpendsNoKeyFrameOnAViewerThatIsNotConnectedYet) {
  SimulatedNetwork network(41);
  TestCall publisher(network, 41), viewer(network, 51);
  publisher.start();
  publisher.startMedia();
  network.runFor(10s);
  const int before = publisher.camera.key_frame_requests;

  viewer.negotiate();
  publisher.feed(viewer);
  network.runFor(500ms);
  EXPECT_EQ(publisher.camera.key_frame_requests, before);

  viewer.findPath();
  network.runFor(700ms);
  ASSERT_THAT(viewer.screen.arrivals, Not(IsEmpty()));
  EXPECT_TRUE(viewer.screen.inOrder().front().is_key_frame);
}

TEST(MediaPeer, AsksThePublisherOncePerSecondInTheLongRunForAllViewers) {
  SimulatedNetwork network(5);
  TestCall publisher(network, 5), one(network, 15), two(network, 25);
  for (TestCall* call : {&publisher, &one, &two}) call->start();
  publisher.feed(one);
  publisher.feed(two);
  publisher.startMedia();
  network.runFor(3s);
  const int before = publisher.camera.key_frame_requests;

  for (int i = 0; i < 400; ++i) {
    one.browser.peer.source(MediaKind::Video)->requestKeyFrame(0, network.now());
    two.browser.peer.source(MediaKind::Video)->requestKeyFrame(0, network.now());
    network.runFor(50ms);
  }

  EXPECT_GE(publisher.camera.key_frame_requests - before, 15);
  EXPECT_LE(publisher.camera.key_frame_requests - before, 25);
}

TEST(MediaPeer, KeepsOneStreamContinuousWhileItsSourceChanges) {
  SimulatedNetwork network(6);
  TestCall first(network, 6), second(network, 16), viewer(network, 26);
  for (TestCall* call : {&first, &second, &viewer}) {
    call->start();
    call->startMedia();
  }
  first.feed(viewer);
  network.runFor(3s);
  const std::size_t from_first = viewer.screen.arrivals.size();

  second.feed(viewer);
  network.runFor(3s);

  const auto arrivals = viewer.screen.inOrder();
  ASSERT_GT(arrivals.size(), from_first + 60);
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    EXPECT_EQ(rtp::distance(arrivals[i - 1].number, arrivals[i].number), 1);
    EXPECT_GT(rtp::distance(arrivals[i - 1].timestamp, arrivals[i].timestamp), 0);
    EXPECT_EQ((arrivals[i - 1].picture_id + 1) & 0x7fff, arrivals[i].picture_id);
    EXPECT_EQ(arrivals[i].ssrc, arrivals[0].ssrc);
    EXPECT_LT(arrivals[i].arrived - arrivals[i - 1].arrived, 150ms);
  }
  EXPECT_GT(viewer.speaker.arrivals.size(), 280u);
}

TEST(MediaPeer, LeavesAFormerSourceEvenWhenTheNewOneIsSilent) {
  SimulatedNetwork network(7);
  TestCall first(network, 7), silent(network, 17), viewer(network, 27);
  for (TestCall* call : {&first, &silent, &viewer}) call->start();
  first.feed(viewer);
  first.startMedia();
  network.runFor(2s);

  silent.feed(viewer);
  network.runFor(3s);
  viewer.screen.arrivals.clear();
  network.runFor(2s);

  EXPECT_THAT(viewer.screen.arrivals, IsEmpty());
}

TEST(MediaPeer, KeepsAudioAndVideoInStepThroughForwarding) {
  SimulatedNetwork network(8);
  TestCall publisher(network, 8), viewer(network, 18);
  publisher.start();
  viewer.start();
  publisher.browser.conditions = {.delay = 30ms, .jitter = 40ms};
  viewer.server.conditions = {.delay = 30ms, .jitter = 40ms};
  publisher.feed(viewer);
  publisher.startMedia();

  network.runFor(20s);

  ASSERT_TRUE(viewer.screen.mapping && viewer.speaker.mapping);
  // By how much playing at the time that the reports tell is later than capture.
  const auto lag = [](const TestSink& sink) {
    const auto& last = sink.arrivals.back();
    const auto ticks = rtp::distance(sink.mapping->rtp, last.timestamp);
    const Duration since(std::int64_t{ticks} * 1'000'000 / sink.mapping->clock_rate);
    return (sink.mapping->ntp + since) - rtp::NtpTime(0) - last.captured.time_since_epoch();
  };
  const Duration difference = lag(viewer.screen) - lag(viewer.speaker);
  EXPECT_LT(std::chrono::abs(difference), 40ms) << difference.count() << " us";
}

TEST(MediaPeer, TellsWhenMediaFlowsAndWhenItStops) {
  SimulatedNetwork network(9);
  TestCall call(network, 9);
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(3s);
  using Flow = TestPeer::Flow;
  EXPECT_THAT(call.server.flows,
              ::testing::UnorderedElementsAre(
                  Flow{MediaKind::Audio, FlowDirection::In, FlowState::Flowing},
                  Flow{MediaKind::Audio, FlowDirection::Out, FlowState::Flowing},
                  Flow{MediaKind::Video, FlowDirection::In, FlowState::Flowing},
                  Flow{MediaKind::Video, FlowDirection::Out, FlowState::Flowing}));

  call.server.flows.clear();
  call.stopMedia();
  network.runFor(5s);

  EXPECT_THAT(call.server.flows,
              Contains(Flow{MediaKind::Video, FlowDirection::In, FlowState::NotFlowing}));
  EXPECT_THAT(call.server.flows, SizeIs(4));
}

TEST(MediaPeer, TellsWhenMediaToAViewerWhoSendsNothingStops) {
  SimulatedNetwork network(14);
  TestCall publisher(network, 14), viewer(network, 24);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(3s);

  publisher.stopMedia();
  network.runFor(5s);

  using Flow = TestPeer::Flow;
  EXPECT_THAT(viewer.server.flows,
              Contains(Flow{MediaKind::Video, FlowDirection::Out, FlowState::NotFlowing}));
  EXPECT_THAT(viewer.server.flows, SizeIs(4));
}

TEST(MediaPeer, IsConnectedToMediaFromTheFirstReportUntilBye) {
  SimulatedNetwork network(10);
  TestCall call(network, 10);
  call.start();
  call.startMedia();
  network.runFor(8s);
  EXPECT_THAT(call.server.media_states, ElementsAre(MediaState::Connected));

  call.browser.peer.stop(network.now());
  network.runFor(1s);

  EXPECT_THAT(call.server.media_states,
              ElementsAre(MediaState::Connected, MediaState::Disconnected));
  EXPECT_EQ(call.server.peer.dtlsState(0), dtls::DtlsState::Closed);
  EXPECT_EQ(call.server.peer.connectionState(), ConnectionState::Disconnected);
}

TEST(MediaPeer, LosesMediaWhenThePeerFallsSilent) {
  SimulatedNetwork network(11);
  TestCall call(network, 11);
  call.start();
  call.startMedia();
  network.runFor(8s);

  call.browser.conditions.loss = 1;
  network.runFor(MediaPeer::kMediaTimeout + 1s);

  EXPECT_THAT(call.server.media_states,
              ElementsAre(MediaState::Connected, MediaState::Disconnected));
}

TEST(MediaPeer, GrantsThePublisherWhatItsViewerCanTakeWithinTheViewersLimits) {
  SimulatedNetwork network(12);
  TestCall publisher(network, 12), viewer(network, 22);
  publisher.start();
  viewer.start();
  viewer.server.peer.setBandwidth({.min_video_send = Bitrate(40'000),
                                   .max_video_send = Bitrate(45'000),
                                   .max_video_receive = Bitrate(0)});
  publisher.feed(viewer);
  publisher.startMedia();

  network.runFor(10s);

  const Bitrate granted = publisher.browser.peer.statistics().outbound[1].remb;
  EXPECT_GE(*granted, 30'000);
  EXPECT_LE(*granted, 45'000);
}

TEST(MediaPeer, CountsForStatisticsWhatBothSidesSaw) {
  SimulatedNetwork network(13);
  TestCall call(network, 13);
  call.start();
  call.feed(call);
  call.startMedia();

  network.runFor(10s);

  const PeerStatistics statistics = call.server.peer.statistics();
  ASSERT_THAT(statistics.inbound, SizeIs(2));
  ASSERT_THAT(statistics.outbound, SizeIs(2));
  EXPECT_GT(statistics.inbound[0].packets_received, 450u);
  EXPECT_GT(statistics.inbound[1].bytes_received, 200u * 250);
  EXPECT_EQ(statistics.inbound[1].packets_lost, 0);
  EXPECT_GT(*statistics.inbound[1].remb, 30'000);
  EXPECT_GT(statistics.outbound[1].packets_sent, 250u);
  ASSERT_TRUE(statistics.outbound[1].round_trip_time);
  EXPECT_NEAR(statistics.outbound[1].round_trip_time->count(), 40'000, 2'000);
  EXPECT_EQ(statistics.inbound[1].payload_type, rtp::PayloadType(96));
  EXPECT_EQ(statistics.outbound[1].payload_type, rtp::PayloadType(96));
  EXPECT_GT(statistics.inbound[1].video.frames, 250u);
  EXPECT_NEAR(statistics.inbound[1].video.per_second, 30, 2);
  EXPECT_NEAR(statistics.outbound[1].video.per_second, 30, 2);
  EXPECT_EQ(statistics.inbound[0].video.frames, 0u);
}

TEST(MediaPeer, CountsTheBytesOfItsTransportAndShowsTheCertificates) {
  SimulatedNetwork network(14);
  TestCall call(network, 14);
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(2s);
  call.stopMedia();
  network.runFor(100ms);

  const PeerStatistics server = call.server.peer.statistics();
  const PeerStatistics browser = call.browser.peer.statistics();
  ASSERT_THAT(server.transports, SizeIs(1));
  ASSERT_THAT(browser.transports, SizeIs(1));
  const TransportStatistics& transport = server.transports[0];
  EXPECT_EQ(transport.bytes_received, browser.transports[0].bytes_sent);
  EXPECT_GT(transport.bytes_sent, server.outbound[0].bytes_sent + server.outbound[1].bytes_sent);
  EXPECT_TRUE(transport.is_connected);
  ASSERT_TRUE(transport.local_certificate && transport.remote_certificate);
  EXPECT_EQ(transport.remote_certificate->fingerprint, testCertificate().fingerprint());
  EXPECT_EQ(transport.remote_certificate->der, testCertificate().der());
  EXPECT_EQ(transport.local_certificate->der, transport.remote_certificate->der);
}

const SimulatedNetwork* measured_network = nullptr;
Timestamp threeMillisecondsLate() { return measured_network->now() + 3ms; }

TEST(MediaPeer, MeasuresTheTimeThatPacketsSpendHereWhenAsked) {
  SimulatedNetwork network(15);
  measured_network = &network;
  TestCall call(network, 15);
  call.start();
  call.feed(call);
  call.startMedia();
  network.runFor(2s);
  EXPECT_FALSE(call.server.peer.statistics().outbound[1].input_latency.average());

  call.server.peer.measureLatency(threeMillisecondsLate);
  network.runFor(2s);

  const OutboundStatistics video = call.server.peer.statistics().outbound[1];
  ASSERT_TRUE(video.input_latency.average() && video.end_to_end_latency.average());
  EXPECT_NEAR(video.input_latency.average()->count(), 3e6, 1);
  EXPECT_NEAR(video.end_to_end_latency.average()->count(), 3e6, 1);
  call.server.peer.measureLatency(nullptr);
  EXPECT_FALSE(call.server.peer.statistics().outbound[1].end_to_end_latency.average());
}

}  // namespace
}  // namespace ms::peer
