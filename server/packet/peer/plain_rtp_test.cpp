// MediaPeer without ICE and DTLS: what RtpEndpoint is made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "server/packet/peer/media_peer.h"
#include "server/packet/peer/test_peer.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Not;

constexpr TransportIndex kAudio = 0, kVideo = 1;

// RTP/AVPF: ports of their own for each m-line, feedback as in testSession().
void makePlain(sdp::NegotiatedSession& session) {
  session.bundle = false;
  session.transports.clear();
  for (sdp::NegotiatedMedia& media : session.media)
    media.target = sdp::RtpTarget{.address = "192.0.2.1", .rtp_port = 5004, .rtcp_port = 5005};
}

// RTP/AVP knows no feedback.
void takeFeedbackAway(sdp::NegotiatedSession& session) {
  for (sdp::NegotiatedMedia& media : session.media)
    for (sdp::NegotiatedCodec& codec : media.codecs)
      codec.nack = codec.pli = codec.fir = codec.remb = false;
}

using SessionChange = void (*)(sdp::NegotiatedSession&);

// The far end ("browser") is a MediaPeer of the same kind.
class PlainCall : public TestCall {
 public:
  PlainCall(SimulatedNetwork& network, std::uint32_t seed, SessionChange change = nullptr)
      : TestCall(network, seed) {
    change_server_session = change_browser_session = [change](sdp::NegotiatedSession& session) {
      makePlain(session);
      if (change) change(session);
    };
  }
};

TEST(PlainRtpPeer, IsConnectedFromTheStart) {
  SimulatedNetwork network(1);
  PlainCall call(network, 1);

  call.start();

  EXPECT_THAT(call.server.connection_states, ElementsAre(ConnectionState::Connected));
  EXPECT_THAT(call.server.dtls_states, IsEmpty());
  EXPECT_EQ(call.server.peer.dtlsState(kAudio), dtls::DtlsState::New);
}

TEST(PlainRtpPeer, ExchangesMediaWithAWebRtcPeer) {
  SimulatedNetwork network(2);
  PlainCall plain(network, 2);
  TestCall webrtc(network, 12);
  plain.start();
  webrtc.start();
  plain.feed(webrtc);
  webrtc.feed(plain);
  plain.startMedia();
  webrtc.startMedia();

  network.runFor(5s);

  for (const TestCall* call : {static_cast<TestCall*>(&plain), &webrtc}) {
    EXPECT_GT(call->screen.arrivals.size(), 120u);
    EXPECT_GT(call->speaker.arrivals.size(), 200u);
    EXPECT_TRUE(call->screen.inOrder().front().is_key_frame);
    EXPECT_THAT(call->server.media_states, ElementsAre(MediaState::Connected));
  }
}

TEST(PlainRtpPeer, SendsEachMediumAndItsRtcpOnPortsOfTheirOwn) {
  SimulatedNetwork network(3);
  PlainCall call(network, 3);
  call.start();
  call.startMedia();

  network.runFor(10s);

  const auto& sent = call.browser.sent_on;
  EXPECT_THAT(sent.at({kAudio, Component::Rtp}), Ge(480));
  EXPECT_THAT(sent.at({kVideo, Component::Rtp}), Ge(290));
  EXPECT_THAT(sent.at({kAudio, Component::Rtcp}), Ge(2));
  EXPECT_THAT(sent.at({kVideo, Component::Rtcp}), Ge(2));
}

TEST(PlainRtpPeer, BeginsWithAKeyFrameOnceItIsKnownWhereToSend) {
  SimulatedNetwork network(4);
  PlainCall publisher(network, 4), viewer(network, 14);
  publisher.start();
  viewer.negotiate();
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(5s);
  ASSERT_THAT(viewer.server.sent_on, IsEmpty());

  viewer.findPath();
  network.runFor(1s);

  ASSERT_THAT(viewer.screen.arrivals, Not(IsEmpty()));
  EXPECT_TRUE(viewer.screen.inOrder().front().is_key_frame);
}

TEST(PlainRtpPeer, RecoversLostPacketsWhereFeedbackWasNegotiated) {
  SimulatedNetwork network(5);
  PlainCall publisher(network, 5), viewer(network, 15);
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
  EXPECT_GT(publisher.server.peer.statistics().inbound.back().recovered, 10u);
  EXPECT_GT(viewer.server.peer.statistics().outbound.back().retransmitted, 10u);
}

TEST(PlainRtpPeer, AsksForAKeyFrameWhereFeedbackWasNegotiated) {
  SimulatedNetwork network(6);
  PlainCall publisher(network, 6), viewer(network, 16);
  publisher.start();
  viewer.start();
  publisher.startMedia();
  network.runFor(3s);
  const int before = publisher.camera.key_frame_requests;

  publisher.feed(viewer);
  network.runFor(1s);

  EXPECT_GT(publisher.camera.key_frame_requests, before);
  EXPECT_GT(publisher.server.peer.statistics().inbound.back().pli_count, 0u);
}

TEST(PlainRtpPeer, SendsReportsButNoFeedbackWhereNoneWasNegotiated) {
  SimulatedNetwork network(7);
  PlainCall publisher(network, 7, takeFeedbackAway), viewer(network, 17, takeFeedbackAway);
  publisher.start();
  viewer.start();
  publisher.feed(viewer);
  publisher.startMedia();
  network.runFor(1s);
  publisher.browser.conditions = {.loss = 0.2};
  const int requests_before = publisher.camera.key_frame_requests;

  network.runFor(10s);

  const auto statistics = publisher.server.peer.statistics();
  EXPECT_EQ(statistics.inbound.back().nack_count, 0u);
  EXPECT_EQ(statistics.inbound.back().pli_count + statistics.inbound.back().fir_count, 0u);
  EXPECT_EQ(publisher.camera.key_frame_requests, requests_before);
  EXPECT_GT(statistics.inbound.back().packets_lost, 20);
  // The camera hears of its losses all the same.
  EXPECT_GT(publisher.browser.peer.statistics().outbound.back().packets_lost, 10);
}

TEST(PlainRtpPeer, TakesNoDtls) {
  SimulatedNetwork network(8);
  PlainCall call(network, 8);
  call.start();
  std::vector<std::uint8_t> hello{0x16, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};

  call.server.receiveFromNetwork(kAudio, hello);

  EXPECT_THAT(call.server.sent_on, IsEmpty());
  EXPECT_EQ(call.server.peer.statistics().drops.of(PeerDrop::DtlsNotForUs), 1u);
  EXPECT_FALSE(call.server.peer.sendApplicationData(kAudio, hello));
}

TEST(PlainRtpPeer, SaysByeOnEachPort) {
  SimulatedNetwork network(9);
  PlainCall call(network, 9);
  call.start();
  call.startMedia();
  network.runFor(3s);

  call.browser.peer.stop(network.now());
  network.runFor(1s);

  EXPECT_EQ(call.server.media_states.back(), MediaState::Disconnected);
}

sdp::NegotiatedCodec h264(const char* fmtp) {
  sdp::NegotiatedCodec codec;
  codec.payload_type = rtp::PayloadType(103);
  codec.codec = rtp::Codec::H264;
  codec.clock_rate = 90000;
  codec.fmtp = fmtp;
  return codec;
}

TEST(PlainRtpPeer, TakesFragmentsOfH264UnlessItsPeerSaysThatItDoesNot) {
  const CodecFormat of_browser = formatOf(h264("packetization-mode=1;profile-level-id=42e01f"));
  for (const auto& [fmtp, takes] : {std::pair("", true), std::pair("profile-level-id=42e01f", true),
                                    std::pair("packetization-mode=0", false)}) {
    SimulatedNetwork network(10);
    TestPeer plain(network, 10);
    auto session =
        testSession({.local = {rtp::Ssrc(1), rtp::Ssrc(2)}, .remote = {}, .remote_rtx = {}});
    makePlain(session);
    session.media[kVideo].codecs = {h264(fmtp)};

    plain.peer.start(session, network.now());

    EXPECT_EQ(plain.peer.sink(MediaKind::Video)->takes(of_browser), takes) << fmtp;
  }
}

// ---- SDES ----

std::size_t masterKeyBytes(sdp::CryptoSuite suite) {
  return suite == sdp::CryptoSuite::Aes256CmHmacSha1_32 ||
                 suite == sdp::CryptoSuite::Aes256CmHmacSha1_80
             ? 46
             : 30;
}

sdp::CryptoParameters cryptoOf(sdp::CryptoSuite suite, std::uint8_t fill) {
  return {.suite = suite, .key = std::vector<std::uint8_t>(masterKeyBytes(suite), fill)};
}

class SdesCall : public TestCall {
 public:
  SdesCall(SimulatedNetwork& network, std::uint32_t seed, sdp::CryptoSuite suite,
           const srtp::KeyLifetime& server_lifetime = {})
      : TestCall(network, seed, server_lifetime) {
    change_server_session = [suite](sdp::NegotiatedSession& session) {
      useKeys(session, cryptoOf(suite, 1), cryptoOf(suite, 2));
    };
    change_browser_session = [suite](sdp::NegotiatedSession& session) {
      useKeys(session, cryptoOf(suite, 2), cryptoOf(suite, 1));
    };
  }

 private:
  static void useKeys(sdp::NegotiatedSession& session, const sdp::CryptoParameters& local,
                      const sdp::CryptoParameters& remote) {
    makePlain(session);
    for (sdp::NegotiatedMedia& media : session.media)
      media.crypto = sdp::NegotiatedCrypto{.local = local, .remote = remote};
  }
};

class SdesPeerOfSuite : public testing::TestWithParam<sdp::CryptoSuite> {};

TEST_P(SdesPeerOfSuite, ExchangesMediaAndReportsBothWays) {
  SimulatedNetwork network(20);
  SdesCall call(network, 20, GetParam());
  call.start();
  call.feed(call);
  call.startMedia();

  network.runFor(10s);

  EXPECT_THAT(call.server.connection_states, ElementsAre(ConnectionState::Connected));
  EXPECT_THAT(call.server.media_states, ElementsAre(MediaState::Connected));
  EXPECT_THAT(call.browser.media_states, ElementsAre(MediaState::Connected));
  EXPECT_GT(call.screen.arrivals.size(), 250u);
  EXPECT_GT(call.speaker.arrivals.size(), 450u);
  EXPECT_GT(call.server.peer.authenticated(kAudio), 450u);
  for (const auto& drops :
       {call.server.peer.statistics().drops, call.browser.peer.statistics().drops})
    EXPECT_EQ(drops.of(srtp::Drop::Unauthenticated), 0u);
}

TEST_P(SdesPeerOfSuite, SealsWhatItSends) {
  SimulatedNetwork network(21);
  SdesCall call(network, 21, GetParam());
  call.browser.keep_sent = true;
  call.start();
  call.startMedia();

  network.runFor(1s);

  const bool is_short = GetParam() == sdp::CryptoSuite::AesCm128HmacSha1_32 ||
                        GetParam() == sdp::CryptoSuite::Aes256CmHmacSha1_32;
  const std::vector<std::uint8_t> plain(100, 0x5a);  // What TestSource sends.
  for (const auto& datagram : call.browser.sent) {
    EXPECT_EQ(std::ranges::search(datagram, plain).begin(), datagram.end());
    if ((datagram[1] & 0x7f) == 111) {
      EXPECT_EQ(datagram.size() % 200, is_short ? 16u : 22u);
    }
  }
}

TEST_P(SdesPeerOfSuite, TakesNothingWithABadTag) {
  SimulatedNetwork network(22);
  SdesCall call(network, 22, GetParam());
  call.browser.conditions.corruption = 1;
  call.start();
  call.startMedia();

  network.runFor(5s);

  const auto statistics = call.server.peer.statistics();
  EXPECT_EQ(call.server.peer.authenticated(kAudio) + call.server.peer.authenticated(kVideo), 0u);
  EXPECT_GT(statistics.drops.of(srtp::Drop::Unauthenticated), 300u);
  EXPECT_THAT(statistics.inbound, IsEmpty());
  EXPECT_THAT(call.server.media_states, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(EachSuite, SdesPeerOfSuite,
                         testing::Values(sdp::CryptoSuite::AesCm128HmacSha1_32,
                                         sdp::CryptoSuite::AesCm128HmacSha1_80,
                                         sdp::CryptoSuite::Aes256CmHmacSha1_32,
                                         sdp::CryptoSuite::Aes256CmHmacSha1_80),
                         [](const auto& suite) {
                           return std::string(std::array{"Aes128Short", "Aes128Long", "Aes256Short",
                                                         "Aes256Long"}[suite.index]);
                         });

TEST(SdesPeer, UnderstandsNothingFromAPeerWithAnotherKey) {
  SimulatedNetwork network(23);
  SdesCall call(network, 23, sdp::CryptoSuite::AesCm128HmacSha1_80);
  call.change_browser_session = [](sdp::NegotiatedSession& session) {
    makePlain(session);
    for (sdp::NegotiatedMedia& media : session.media)
      media.crypto =
          sdp::NegotiatedCrypto{.local = cryptoOf(sdp::CryptoSuite::AesCm128HmacSha1_80, 3),
                                .remote = cryptoOf(sdp::CryptoSuite::AesCm128HmacSha1_80, 1)};
  };
  call.start();
  call.startMedia();

  network.runFor(3s);

  EXPECT_EQ(call.server.peer.authenticated(kVideo), 0u);
  EXPECT_THAT(call.server.media_states, IsEmpty());
}

TEST(SdesPeer, TellsOnceForEachMediumThatItsKeyNearsItsEnd) {
  SimulatedNetwork network(24);
  const srtp::KeyLifetime lifetime{
      .rtp_packets = 10'000, .rtcp_packets = 10'000, .soft_limit_packets = 9'800};
  SdesCall call(network, 24, sdp::CryptoSuite::AesCm128HmacSha1_80, lifetime);
  call.start();
  call.startMedia();
  network.runFor(2500ms);
  EXPECT_THAT(call.server.key_soft_limits, IsEmpty());

  network.runFor(10s);

  EXPECT_THAT(call.server.key_soft_limits,
              testing::UnorderedElementsAre(MediaKind::Audio, MediaKind::Video));
}

}  // namespace
}  // namespace ms::peer
