#include "modules/elements/src/webrtc_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace ms::elements {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Key;
using ::testing::SizeIs;

class WebRtcStatsTest : public ::testing::Test {
 protected:
  WebRtcStatsTest() {
    peer::InboundStatistics audio_in;
    audio_in.ssrc = rtp::Ssrc(1);
    audio_in.payload_type = rtp::PayloadType(111);
    audio_in.packets_received = 50;
    peer::InboundStatistics video_in;
    video_in.kind = rtp::MediaKind::Video;
    video_in.ssrc = rtp::Ssrc(2);
    video_in.payload_type = rtp::PayloadType(96);
    video_in.jitter = 5ms;
    video_in.remb = Bitrate(700'000);
    video_in.video = {.frames = 300, .per_second = 29.5, .size = {.width = 640, .height = 480}};
    peer::OutboundStatistics video_out;
    video_out.kind = rtp::MediaKind::Video;
    video_out.ssrc = rtp::Ssrc(3);
    video_out.payload_type = rtp::PayloadType(96);
    video_out.round_trip_time = 40ms;
    video_out.target_bitrate = Bitrate(400'000);
    video_out.video.frames = 299;
    video_out.input_latency.add(150us);
    video_out.end_to_end_latency.add(200us);
    peer::TransportStatistics transport{.bytes_sent = 1000,
                                        .bytes_received = 2000,
                                        .is_connected = true,
                                        .local_certificate = std::nullopt,
                                        .remote_certificate = std::nullopt};
    transport.local_certificate = {*dtls::Fingerprint::parse(fingerprintText(0xaa)), {1, 2, 3}};
    transport.remote_certificate = {*dtls::Fingerprint::parse(fingerprintText(0xbb)), {4, 5, 6}};
    numbers_.inbound = {audio_in, video_in};
    numbers_.outbound = {video_out};
    numbers_.transports = {transport};

    session_.offerer = true;
    sdp::NegotiatedMedia audio;
    audio.local_cname = "ours";
    audio.remote_cname = "theirs";
    audio.codecs = {{.payload_type = rtp::PayloadType(111),
                     .codec = rtp::Codec::Opus,
                     .clock_rate = 48000,
                     .channels = 2,
                     .name = "opus",
                     .fmtp = "useinbandfec=1"}};
    sdp::NegotiatedMedia video = audio;
    video.kind = rtp::MediaKind::Video;
    video.codecs = {{.payload_type = rtp::PayloadType(96),
                     .codec = rtp::Codec::Vp8,
                     .clock_rate = 90000,
                     .name = "VP8",
                     .fmtp = ""}};
    session_.media = {audio, video};

    const auto local = *ice::Candidate::parse("candidate:1 1 UDP 200 192.0.2.1 4000 typ host");
    const auto remote = *ice::Candidate::parse(
        "candidate:2 1 UDP 100 198.51.100.7 5000 typ srflx raddr 10.0.0.1 rport 1");
    ice_ = {.local = {local}, .remote = {remote}, .selected = {{0, {local, remote}}}};
  }

  static std::string fingerprintText(int byte) {
    std::string text = "sha-256 ";
    for (int i = 0; i < 32; ++i) text += (i ? ":" : "") + std::string(byte == 0xaa ? "AA" : "BB");
    return text;
  }

  core::StatsMap read(std::optional<api::MediaType> type = std::nullopt) {
    core::StatsMap map;
    stats_.add({.numbers = numbers_, .session = session_, .ice = ice_, .data = data_}, type, map);
    return map;
  }

  // The entries of one class, in no order.
  template <class Entry>
  static std::vector<std::shared_ptr<const Entry>> entriesOf(const core::StatsMap& map) {
    std::vector<std::shared_ptr<const Entry>> entries;
    for (const auto& [id, entry] : map)
      if (auto found = std::dynamic_pointer_cast<const Entry>(entry)) entries.push_back(found);
    return entries;
  }

  peer::PeerStatistics numbers_;
  sdp::NegotiatedSession session_;
  IceStatistics ice_;
  sctp::DataStatistics data_;
  WebRtcStats stats_;
};

TEST_F(WebRtcStatsTest, JoinsAStreamToItsTrackItsCodecAndItsTransport) {
  const auto map = read();

  for (const auto& stream : entriesOf<api::RTCInboundRTPStreamStats>(map)) {
    ASSERT_THAT(map, Contains(Key(stream->media_track_id)));
    ASSERT_THAT(map, Contains(Key(stream->codec_id)));
    EXPECT_THAT(map, Contains(Key(stream->transport_id)));
    const auto& codec = dynamic_cast<const api::RTCCodec&>(*map.at(stream->codec_id));
    EXPECT_EQ(codec.codec, stream->ssrc == "1" ? "audio/opus" : "video/VP8");
    const auto& track =
        dynamic_cast<const api::RTCMediaStreamTrackStats&>(*map.at(stream->media_track_id));
    EXPECT_TRUE(track.remote_source);
    EXPECT_THAT(track.ssrc_ids, ElementsAre(stream->ssrc));
    EXPECT_EQ(track.frames_received, stream->ssrc == "2" ? 300 : 0);
    EXPECT_EQ(track.frame_width, stream->ssrc == "2" ? 640 : 0);
  }
  EXPECT_THAT(entriesOf<api::RTCInboundRTPStreamStats>(map), SizeIs(2));
  EXPECT_THAT(entriesOf<api::RTCOutboundRTPStreamStats>(map), SizeIs(1));
  EXPECT_THAT(entriesOf<api::RTCMediaStreamTrackStats>(map), SizeIs(3));
  EXPECT_THAT(entriesOf<api::RTCMediaStreamStats>(map), SizeIs(2));
  EXPECT_THAT(entriesOf<api::RTCPeerConnectionStats>(map), SizeIs(1));
}

TEST_F(WebRtcStatsTest, DescribesTheCodecsOfTheNegotiation) {
  const auto codecs = entriesOf<api::RTCCodec>(read(api::MediaType::Audio));

  ASSERT_THAT(codecs, SizeIs(1));
  EXPECT_EQ(codecs[0]->payload_type, 111);
  EXPECT_EQ(codecs[0]->clock_rate, 48000);
  EXPECT_EQ(codecs[0]->channels, 2);
  EXPECT_EQ(codecs[0]->parameters, "useinbandfec=1");
}

TEST_F(WebRtcStatsTest, ShowsTheTransportWithItsPairAndItsCertificates) {
  const auto map = read();

  const auto transports = entriesOf<api::RTCTransportStats>(map);
  ASSERT_THAT(transports, SizeIs(1));
  EXPECT_EQ(transports[0]->bytes_sent, 1000);
  EXPECT_EQ(transports[0]->bytes_received, 2000);
  EXPECT_TRUE(transports[0]->active_connection);
  ASSERT_THAT(map, Contains(Key(transports[0]->local_certificate_id)));
  ASSERT_THAT(map, Contains(Key(transports[0]->remote_certificate_id)));
  const auto& certificate =
      dynamic_cast<const api::RTCCertificateStats&>(*map.at(transports[0]->remote_certificate_id));
  EXPECT_EQ(certificate.fingerprint_algorithm, "sha-256");
  EXPECT_EQ(certificate.fingerprint.substr(0, 5), "BB:BB");
  EXPECT_EQ(certificate.base64_certificate, "BAUG");

  ASSERT_THAT(map, Contains(Key(transports[0]->selected_candidate_pair_id)));
  const auto& pair = dynamic_cast<const api::RTCIceCandidatePairStats&>(
      *map.at(transports[0]->selected_candidate_pair_id));
  EXPECT_EQ(pair.transport_id, transports[0]->id);
  EXPECT_EQ(pair.state, api::RTCStatsIceCandidatePairState::Succeeded);
  EXPECT_TRUE(pair.nominated);
  EXPECT_EQ(pair.priority, (100LL << 32) + 2 * 200 + 1);
  EXPECT_EQ(pair.round_trip_time, 0.04);
  EXPECT_EQ(pair.available_outgoing_bitrate, 400'000);
  EXPECT_EQ(pair.available_incoming_bitrate, 700'000);
  const auto& remote =
      dynamic_cast<const api::RTCIceCandidateAttributes&>(*map.at(pair.remote_candidate_id));
  EXPECT_EQ(remote.type, api::StatsType::Remotecandidate);
  EXPECT_EQ(remote.ip_address, "198.51.100.7");
  EXPECT_EQ(remote.port_number, 5000);
  EXPECT_EQ(remote.transport, "udp");
  EXPECT_EQ(remote.candidate_type, api::RTCStatsIceCandidateType::Serverreflexive);
  EXPECT_THAT(entriesOf<api::RTCIceCandidateAttributes>(map), SizeIs(2));
}

TEST_F(WebRtcStatsTest, KeepsTheIdsFromReadingToReading) {
  const auto first = read(), second = read();

  ASSERT_EQ(first.size(), second.size());
  for (const auto& [id, entry] : first) {
    ASSERT_THAT(second, Contains(Key(id)));
    EXPECT_EQ(second.at(id)->type, entry->type);
    EXPECT_EQ(entry->id, id);
  }
}

TEST_F(WebRtcStatsTest, LeavesOutTheOtherMediumWhenOneIsAskedFor) {
  const auto map = read(api::MediaType::Audio);

  const auto streams = entriesOf<api::RTCInboundRTPStreamStats>(map);
  ASSERT_THAT(streams, SizeIs(1));
  EXPECT_EQ(streams[0]->ssrc, "1");
  EXPECT_THAT(entriesOf<api::RTCOutboundRTPStreamStats>(map), SizeIs(0));
  EXPECT_THAT(entriesOf<api::RTCMediaStreamTrackStats>(map), SizeIs(1));
  EXPECT_THAT(entriesOf<api::RTCTransportStats>(map), SizeIs(1));
}

TEST_F(WebRtcStatsTest, ShowsLatenciesInNanoseconds) {
  const auto stats = makeLatencyStats("endpoint-id", numbers_, std::nullopt);

  EXPECT_EQ(stats->id, "endpoint-id");
  EXPECT_EQ(stats->type, api::StatsType::Endpoint);
  ASSERT_THAT(stats->input_latency, SizeIs(1));
  EXPECT_EQ(stats->input_latency[0].name, "sink_video_default");
  EXPECT_EQ(stats->input_latency[0].type, api::MediaType::Video);
  EXPECT_EQ(stats->input_latency[0].avg, 150'000);
  ASSERT_THAT(stats->e2e_latency, SizeIs(1));
  EXPECT_EQ(stats->e2e_latency[0].avg, 200'000);
}

}  // namespace
}  // namespace ms::elements
