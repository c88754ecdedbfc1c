#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/packet/sdp/header_extensions.h"
#include "server/packet/sdp/offer_answer.h"
#include "server/packet/sdp/test_descriptions.h"

namespace ms::sdp {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

NegotiationConfig withData() {
  NegotiationConfig config = webRtcConfig();
  config.use_data_channels = true;
  return config;
}

Answer answerTo(const std::string& offer, const NegotiationConfig& config = webRtcConfig()) {
  auto answer = makeAnswer(offer, config);
  EXPECT_TRUE(answer);
  return answer ? std::move(*answer) : Answer{};
}

// A section with one attribute more.
std::string plus(const std::string& section, const std::string& attribute) {
  return section + "a=" + attribute + "\r\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// ---- Session ----

TEST(Answer, HasItsOwnSessionLines) {
  const auto answer = answerTo(kSession + kAudio).local;

  EXPECT_EQ(answer.line('o'), "- 3696336115 3696336115 IN IP4 0.0.0.0");
  EXPECT_EQ(answer.line('s'), "Kurento Media Server");
  EXPECT_EQ(answer.line('c'), "IN IP4 0.0.0.0");
  EXPECT_EQ(answer.line('t'), "0 0");
}

TEST(Answer, RepeatsSessionAttributesOfTheOffer) {
  const auto answer = answerTo(kSession +
                               "a=msid-semantic: WMS *\r\na=extmap-allow-mixed\r\na=x-what:ever\r\n"
                               "a=ice-options:trickle\r\n" +
                               kAudio);

  EXPECT_THAT(attributesOf(answer.local), ElementsAre("msid-semantic: WMS *", "extmap-allow-mixed",
                                                      "x-what:ever", "ice-options:trickle"));
}

TEST(Answer, TurnsSessionAttributesThatHaveAnAnswerForm) {
  const auto answer = answerTo(
      kSession +
      "a=setup:actpass\r\na=direction:active\r\na=connection:existing\r\na=sendonly\r\n" + kAudio);

  EXPECT_THAT(attributesOf(answer.local),
              ElementsAre("setup:active", "direction:passive", "connection:new", "recvonly"));
}

TEST(Answer, NeverRepeatsTheOfferersTransportAsItsOwn) {
  const auto answer = answerTo(kSession +
                               "a=ice-lite\r\na=ice-ufrag:theirs\r\n"
                               "a=ice-pwd:theirstheirstheirstheirs\r\na=fingerprint:sha-1 00\r\n"
                               "a=identity:eyJ\r\na=tls-id:1\r\n" +
                               kAudio);

  EXPECT_THAT(attributesOf(answer.local),
              ElementsAre("ice-ufrag:BCDE", "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa",
                          StartsWith("fingerprint:sha-256 AB:AB")));
}

// ---- BUNDLE and mid ----

TEST(Answer, BundlesWhatWasOfferedAsAGroup) {
  const auto answer = answerTo(kSession + "a=group:BUNDLE v a\r\na=group:LS a v\r\n" +
                               plus(kAudio, "mid:a") + plus(kVideo, "mid:v"));

  EXPECT_THAT(valuesOf(answer.local, "group"), ElementsAre("BUNDLE v a"));
  EXPECT_TRUE(answer.session.bundle);
  ASSERT_EQ(answer.session.transports.size(), 1u);
  EXPECT_EQ(answer.session.transports[0].mline, 1u);  // The first of the group.
  EXPECT_EQ(answer.session.transports[0].mid, "v");
}

TEST(Answer, LeavesRejectedMidsOutOfTheGroup) {
  const auto answer = answerTo(kSession + "a=group:BUNDLE a v w\r\n" + plus(kAudio, "mid:a") +
                               plus(kVideo, "mid:v") + plus(kVideo, "mid:w"));

  EXPECT_THAT(valuesOf(answer.local, "group"), ElementsAre("BUNDLE a v"));
}

TEST(Answer, HasNoGroupWhenEverythingOfItIsRejected) {
  const auto answer =
      answerTo(kSession + "a=group:BUNDLE d\r\n" + plus(kData, "mid:d"), webRtcConfig());

  EXPECT_FALSE(answer.local.has("group"));
  EXPECT_FALSE(answer.session.bundle);
}

TEST(Answer, GivesEachLineATransportWhenNothingIsBundled) {
  const auto answer = answerTo(kSession + kAudio + kVideo);

  EXPECT_FALSE(answer.local.has("group"));
  EXPECT_FALSE(answer.session.bundle);
  ASSERT_EQ(answer.session.transports.size(), 2u);
  ASSERT_EQ(answer.session.media.size(), 2u);
  EXPECT_EQ(answer.session.media[0].transport, 0u);
  EXPECT_EQ(answer.session.media[1].transport, 1u);
}

TEST(Answer, InventsNoMid) {
  const auto answer = answerTo(kSession + kAudio);

  EXPECT_FALSE(answer.local.media[0].has("mid"));
  EXPECT_EQ(answer.session.media[0].mid, "");
}

// ---- m-lines ----

TEST(Answer, CopiesProtocolAndUsesPortOne) {
  for (const char* protocol : {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP",
                               "TCP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"}) {
    const auto answer = answerTo(kSession + replaced(kAudio, "UDP/TLS/RTP/SAVPF", protocol));

    EXPECT_EQ(answer.local.media[0].protocol, protocol);
    EXPECT_EQ(answer.local.media[0].port, 1) << protocol;
  }
}

void expectRejected(const std::string& section, const NegotiationConfig& config) {
  const auto answer = answerTo(kSession + plus(section, "mid:x"), config);

  ASSERT_EQ(answer.local.media.size(), 1u);
  const MediaDescription& ours = answer.local.media[0];
  const MediaDescription& theirs = answer.remote.media[0];
  EXPECT_EQ(ours.kind, theirs.kind);
  EXPECT_EQ(ours.port, 0);
  EXPECT_EQ(ours.protocol, theirs.protocol);
  EXPECT_EQ(ours.formats, theirs.formats);
  EXPECT_THAT(attributesOf(ours), ElementsAre("mid:x", "inactive"));
  EXPECT_TRUE(answer.session.media.empty());
  EXPECT_FALSE(answer.session.data);
  EXPECT_TRUE(answer.session.transports.empty());
}

TEST(Answer, RejectsAnUnknownProtocol) {
  expectRejected(replaced(kAudio, "UDP/TLS/RTP/SAVPF", "RTP/AVP"), webRtcConfig());
  expectRejected(replaced(kAudio, "UDP/TLS/RTP/SAVPF", "RTP/AVPF"), webRtcConfig());
  expectRejected(replaced(kAudio, "UDP/TLS/RTP/SAVPF", "FOO/RTP/SAVPF"), webRtcConfig());
  expectRejected(replaced(kAudio, "UDP/TLS/RTP/SAVPF", "RTP/SAVPFF"), webRtcConfig());
}

TEST(Answer, RejectsALineWithNoCommonCodec) {
  expectRejected(replaced(kAudio, "opus/48000/2", "G722/8000"), webRtcConfig());
  expectRejected(replaced(kAudio, "opus/48000/2", "opus/48000"), webRtcConfig());
  expectRejected(replaced(kAudio, "opus/48000/2", "AMR/8000"), webRtcConfig());
  expectRejected(replaced(kVideo, "VP8", "H265"), webRtcConfig());
}

TEST(Answer, RejectsAnUnknownKindAndAKindThatIsConfiguredAway) {
  expectRejected(replaced(kAudio, "m=audio", "m=text"), webRtcConfig());
  NegotiationConfig config = webRtcConfig();
  config.audio_medias = 0;
  expectRejected(kAudio, config);
}

TEST(Answer, RejectsWhatTheOfferAlreadyRejects) {
  expectRejected(replaced(kAudio, "audio 9", "audio 0"), webRtcConfig());
}

TEST(Answer, RejectsEachFurtherLineOfAKind) {
  const auto answer = answerTo(kSession + kVideo + kVideo + kAudio + kAudio);

  EXPECT_EQ(answer.local.media[0].port, 1);
  EXPECT_EQ(answer.local.media[1].port, 0);
  EXPECT_EQ(answer.local.media[2].port, 1);
  EXPECT_EQ(answer.local.media[3].port, 0);
  ASSERT_EQ(answer.session.media.size(), 2u);
  EXPECT_EQ(answer.session.media[1].mline, 2u);
}

TEST(Answer, TakesABundleOnlyLineInItsGroupDespitePortZero) {
  const std::string video =
      plus(plus(replaced(kVideo, "video 9", "video 0"), "bundle-only"), "mid:v");

  EXPECT_EQ(answerTo(kSession + "a=group:BUNDLE v\r\n" + video).local.media[0].port, 1);
  EXPECT_EQ(answerTo(kSession + video).local.media[0].port, 0);
}

TEST(Answer, FindsTheTransportOfABundleWhoseFirstLineHasNone) {
  const auto answer = answerTo(kSession + "a=group:BUNDLE a v\r\n" +
                               "m=audio 0 RTP/SAVPF 111\r\na=bundle-only\r\na=mid:a\r\n" + kOpus +
                               plus(kVideo, "mid:v"));

  ASSERT_EQ(answer.session.transports.size(), 1u);
  EXPECT_EQ(answer.session.transports[0].mid, "v");
  EXPECT_TRUE(answer.session.transports[0].remote_ice);
  EXPECT_EQ(answer.local.media[0].value("setup"), "active");
}

// ---- Attributes of a media section ----

TEST(Answer, OfAudioHasExactlyTheseLines) {
  const auto answer = answerTo(kSession + plus(kAudio, "mid:a"));

  EXPECT_TRUE(answer.local.media[0].lines.empty());
  EXPECT_THAT(attributesOf(answer.local.media[0]),
              ElementsAre("mid:a", "rtcp:9 IN IP4 0.0.0.0", "rtcp-mux", "sendrecv",
                          "rtpmap:111 opus/48000/2", "setup:active",
                          "ssrc:454827294 cname:user589571366@host-2728292a", "ice-ufrag:BCDE",
                          "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa", StartsWith("fingerprint:sha-256 AB")));
}

TEST(Answer, RepeatsOnlyTheseAttributes) {
  std::string audio = kAudio;
  for (const char* attribute :
       {"framerate:15", "lang:en", "maxptime:60", "ptime:20", "quality:5", "msid:a b", "rtcp-rsize",
        "ice-options:trickle", "x-what:ever", "rid:h send", "simulcast:send h", "end-of-candidates",
        "candidate:1 1 udp 1 10.0.0.1 5 typ host", "label:1"})
    audio = plus(audio, attribute);

  const auto attributes = attributesOf(answerTo(kSession + audio).local.media[0]);

  EXPECT_THAT(attributes, Contains("framerate:15"));
  EXPECT_THAT(attributes, Contains("lang:en"));
  EXPECT_THAT(attributes, Contains("maxptime:60"));
  EXPECT_THAT(attributes, Contains("ptime:20"));
  EXPECT_THAT(attributes, Contains("quality:5"));
  for (const char* dropped : {"msid", "rtcp-rsize", "ice-options", "x-what", "rid", "simulcast",
                              "end-of-candidates", "candidate", "label"})
    EXPECT_THAT(attributes, Not(Contains(StartsWith(dropped))));
}

struct SetupCase {
  const char* offered;
  const char* answered;
  SetupRole role;
};

class AnswerSetup : public testing::TestWithParam<SetupCase> {};

TEST_P(AnswerSetup, IsThatOfTheRfc) {
  const auto answer = answerTo(
      kSession + replaced(kAudio, "setup:actpass", std::string("setup:") + GetParam().offered));

  EXPECT_EQ(answer.local.media[0].value("setup"), GetParam().answered);
  EXPECT_EQ(answer.session.transports[0].setup, GetParam().role);
}

INSTANTIATE_TEST_SUITE_P(Answer, AnswerSetup,
                         testing::Values(SetupCase{"actpass", "active", SetupRole::Active},
                                         SetupCase{"passive", "active", SetupRole::Active},
                                         SetupCase{"active", "passive", SetupRole::Passive},
                                         SetupCase{"holdconn", "holdconn",
                                                   SetupRole::HoldConnection},
                                         SetupCase{"what", "holdconn", SetupRole::HoldConnection}));

TEST(Answer, IsPassiveWhenTheOfferTellsNoRole) {
  const auto answer = answerTo(kSession + replaced(kAudio, "a=setup:actpass\r\n", ""));

  EXPECT_EQ(answer.local.media[0].value("setup"), "passive");
  EXPECT_EQ(answer.session.transports[0].setup, SetupRole::Passive);
}

struct DirectionCase {
  const char* offered;
  const char* answered;
  bool send;
  bool receive;
};

class AnswerDirection : public testing::TestWithParam<DirectionCase> {};

TEST_P(AnswerDirection, IsTheMirrorOfTheOffers) {
  const auto answer = answerTo(kSession + plus(kAudio, GetParam().offered));

  EXPECT_TRUE(answer.local.media[0].has(GetParam().answered));
  EXPECT_EQ(answer.session.media[0].send, GetParam().send);
  EXPECT_EQ(answer.session.media[0].receive, GetParam().receive);
}

INSTANTIATE_TEST_SUITE_P(Answer, AnswerDirection,
                         testing::Values(DirectionCase{"sendrecv", "sendrecv", true, true},
                                         DirectionCase{"sendonly", "recvonly", false, true},
                                         DirectionCase{"recvonly", "sendonly", true, false},
                                         DirectionCase{"inactive", "inactive", false, false},
                                         DirectionCase{"x", "sendrecv", true, true}));

TEST(Answer, TurnsComedia) {
  EXPECT_EQ(answerTo(kSession + plus(kAudio, "direction:active")).local.media[0].value("direction"),
            "passive");
  EXPECT_EQ(
      answerTo(kSession + plus(kAudio, "direction:passive")).local.media[0].value("direction"),
      "active");
  EXPECT_FALSE(answerTo(kSession + kAudio).local.media[0].has("direction"));
}

TEST(Answer, KeepsOfHeaderExtensionsAbsSendTimeWithTheOffersId) {
  const std::string uri(kAbsSendTimeUri);
  const auto answer = answerTo(kSession + plus(plus(kAudio, "extmap:5 " + uri), "extmap:1 urn:x") +
                               plus(kVideo, "extmap:5/sendonly " + uri));

  EXPECT_THAT(valuesOf(answer.local.media[0], "extmap"), ElementsAre("5 " + uri));
  EXPECT_THAT(valuesOf(answer.local.media[1], "extmap"), ElementsAre("5 " + uri));
  EXPECT_EQ(answer.session.media[0].abs_send_time_id, 5);
  EXPECT_EQ(answer.session.media[1].abs_send_time_id, 5);
}

TEST(Answer, HasNoExtensionWithoutAbsSendTime) {
  const auto answer = answerTo(kSession + plus(kAudio, "extmap:1 urn:x"));

  EXPECT_FALSE(answer.local.media[0].has("extmap"));
  EXPECT_EQ(answer.session.media[0].abs_send_time_id, std::nullopt);
}

TEST(Answer, KeepsFeedbackOfKeptPayloadTypesOnly) {
  std::string video = replaced(kVideo, "SAVPF 96", "SAVPF 96 97");
  for (const char* attribute :
       {"rtpmap:97 rtx/90000", "fmtp:97 apt=96", "rtcp-fb:96 nack", "rtcp-fb:96 nack pli",
        "rtcp-fb:96 ccm fir", "rtcp-fb:96 goog-remb", "rtcp-fb:96 transport-cc", "rtcp-fb:97 nack"})
    video = plus(video, attribute);

  const auto answer = answerTo(kSession + video);

  EXPECT_THAT(valuesOf(answer.local.media[0], "rtcp-fb"),
              ElementsAre("96 nack", "96 nack pli", "96 ccm fir", "96 goog-remb"));
  const NegotiatedCodec& codec = answer.session.media[0].codecs[0];
  EXPECT_TRUE(codec.nack && codec.pli && codec.fir && codec.remb);
}

TEST(Answer, KeepsTransportWideFeedbackOnlyWithItsHeaderExtension) {
  const std::string uri(kTransportCcUri);
  const auto with =
      answerTo(kSession + plus(plus(kVideo, "rtcp-fb:* transport-cc"), "extmap:7 " + uri));
  const auto without = answerTo(kSession + plus(kVideo, "extmap:7 " + uri));

  EXPECT_THAT(valuesOf(with.local.media[0], "rtcp-fb"), ElementsAre("96 transport-cc"));
  EXPECT_THAT(valuesOf(with.local.media[0], "extmap"), ElementsAre("7 " + uri));
  EXPECT_EQ(with.session.media[0].transport_cc_id, 7);
  EXPECT_FALSE(without.local.media[0].has("extmap"));
  EXPECT_FALSE(without.session.media[0].transport_cc_id);
}

TEST(Answer, KeepsRetransmissionsOfACodecThatIsAskedForAgain) {
  const std::string rtx = "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
  const std::string video = replaced(kVideo, "SAVPF 96", "SAVPF 96 97") + rtx;
  const auto with = answerTo(kSession + plus(video, "rtcp-fb:96 nack"));
  const auto without = answerTo(kSession + video);

  EXPECT_THAT(with.local.media[0].formats, ElementsAre("96", "97"));
  EXPECT_EQ(with.session.media[0].codecs[0].rtx_payload_type, rtp::PayloadType(97));
  EXPECT_EQ(with.session.media[0].local_rtx_ssrc, webRtcConfig().local.video_rtx_ssrc);
  EXPECT_THAT(without.local.media[0].formats, ElementsAre("96"));
  EXPECT_FALSE(without.session.media[0].local_rtx_ssrc);
}

TEST(Answer, KeepsRedundantAudioOfOpusOnly) {
  const auto answerWith = [](const std::string& fmtp) {
    return answerTo(kSession + replaced(kAudio, "SAVPF 111", "SAVPF 111 63 8") +
                    "a=rtpmap:63 red/48000/2\r\n" + fmtp)
        .local.media[0]
        .formats;
  };
  EXPECT_THAT(answerWith("a=fmtp:63 111/111\r\n"), ElementsAre("111", "63", "8"));
  EXPECT_THAT(answerWith("a=fmtp:63 111/8\r\n"), ElementsAre("111", "8"));
  EXPECT_THAT(answerWith(""), ElementsAre("111", "8"));
}

TEST(Answer, HasNoBandwidth) {
  NegotiationConfig config = webRtcConfig();
  config.max_audio_recv_kbps = 64;

  EXPECT_EQ(answerTo(kSession + kAudio, config).local.media[0].line('b'), std::nullopt);
}

TEST(Answer, KeepsRtcpMuxOnlyWhenItWasOffered) {
  const auto answer = answerTo(kSession + replaced(kAudio, "a=rtcp-mux\r\n", ""));

  EXPECT_FALSE(answer.local.media[0].has("rtcp-mux"));
  EXPECT_FALSE(answer.session.transports[0].rtcp_mux);
  EXPECT_TRUE(answerTo(kSession + kAudio).session.transports[0].rtcp_mux);
}

// ---- Codecs ----

TEST(Answer, KeepsAllCommonCodecsInTheOffersOrder) {
  const std::string video =
      "m=video 9 UDP/TLS/RTP/SAVPF 100 101 102 103 104\r\n"
      "a=rtpmap:100 h264/90000\r\na=fmtp:100 profile-level-id=42001f\r\n"
      "a=rtpmap:101 red/90000\r\na=rtpmap:102 H264/90000\r\na=fmtp:102 profile-level-id=42e01f\r\n"
      "a=rtpmap:103 VP8/90000\r\na=rtpmap:104 AV1/90000\r\n" +
      kTransport;

  const auto answer = answerTo(kSession + video);

  EXPECT_THAT(answer.local.media[0].formats, ElementsAre("100", "102", "103", "104"));
  EXPECT_THAT(valuesOf(answer.local.media[0], "rtpmap"),
              ElementsAre("100 h264/90000", "102 H264/90000", "103 VP8/90000", "104 AV1/90000"));
  EXPECT_THAT(valuesOf(answer.local.media[0], "fmtp"),
              ElementsAre("100 profile-level-id=42001f", "102 profile-level-id=42e01f"));
  const auto& codecs = answer.session.media[0].codecs;
  ASSERT_EQ(codecs.size(), 4u);
  EXPECT_EQ(codecs[0].codec, rtp::Codec::H264);
  EXPECT_EQ(codecs[0].payload_type, rtp::PayloadType(100));
  EXPECT_EQ(codecs[0].fmtp, "profile-level-id=42001f");
  EXPECT_EQ(codecs[3].codec, rtp::Codec::Av1);
}

TEST(Answer, HasARtpmapOfAStaticPayloadTypeOnlyWhenTheOfferHadOne) {
  const std::string head = "m=audio 9 UDP/TLS/RTP/SAVPF 0 8\r\n";
  const auto without = answerTo(kSession + head + kTransport);
  EXPECT_THAT(without.local.media[0].formats, ElementsAre("0", "8"));
  EXPECT_THAT(valuesOf(without.local.media[0], "rtpmap"), IsEmpty());
  EXPECT_EQ(without.session.media[0].codecs[0].codec, rtp::Codec::Pcmu);

  const auto with = answerTo(kSession + head + "a=rtpmap:8 PCMA/8000\r\n" + kTransport);
  EXPECT_THAT(valuesOf(with.local.media[0], "rtpmap"), ElementsAre("8 PCMA/8000"));
}

TEST(Answer, TakesH265OnlyWhenEnabled) {
  NegotiationConfig config = webRtcConfig();
  config.codecs = webRtcCodecs(defaultCodecPreferences(), H265::Enabled);

  const auto answer = answerTo(kSession + replaced(kVideo, "VP8", "H265"), config);

  EXPECT_EQ(answer.session.media[0].codecs[0].codec, rtp::Codec::H265);
}

// ---- What the peer says about itself ----

TEST(Answer, ReadsThePeersStreams) {
  std::string video = kVideo;
  for (const char* attribute :
       {"ssrc-group:FID 1001 1002", "ssrc:1001 cname:peer", "ssrc:1001 msid:a b",
        "ssrc:1002 cname:peer", "ssrc:1003 cname:other", "ssrc-group:SIM 1001 1003"})
    video = plus(video, attribute);

  const NegotiatedMedia media = answerTo(kSession + video).session.media[0];

  EXPECT_THAT(media.remote_ssrcs, ElementsAre(rtp::Ssrc(1001), rtp::Ssrc(1003)));
  EXPECT_THAT(media.remote_rtx, ElementsAre(RtxPair{rtp::Ssrc(1001), rtp::Ssrc(1002)}));
  EXPECT_EQ(media.remote_cname, "peer");
  EXPECT_EQ(media.local_ssrc, webRtcConfig().local.video_ssrc);
  EXPECT_EQ(media.local_cname, webRtcConfig().local.cname);
}

TEST(Answer, ReadsThePeersBandwidthBeforeOrAfterAttributes) {
  EXPECT_EQ(answerTo(kSession + kAudio + "b=AS:64\r\n").session.media[0].max_send_kbps, 64u);
  const std::string before = replaced(kAudio, kOpus, "b=AS:65\r\n" + kOpus);
  EXPECT_EQ(answerTo(kSession + before).session.media[0].max_send_kbps, 65u);
  EXPECT_EQ(answerTo(kSession + kAudio + "b=TIAS:64000\r\n").session.media[0].max_send_kbps, 64u);
  EXPECT_EQ(answerTo(kSession + kAudio).session.media[0].max_send_kbps, std::nullopt);
}

TEST(Answer, ReadsThePeersTransport) {
  const auto answer =
      answerTo(kSession + "a=ice-lite\r\n" +
               plus(plus(kAudio, "candidate:1 1 udp 1 10.0.0.1 5 typ host"), "end-of-candidates"));

  const NegotiatedTransport& transport = answer.session.transports[0];
  EXPECT_EQ(transport.remote_ice, (ice::Credentials{"abcd", "abcdefghijklmnopqrstuv"}));
  ASSERT_TRUE(transport.remote_fingerprint);
  EXPECT_EQ(transport.remote_fingerprint->hash, "sha-256");
  EXPECT_EQ(transport.remote_fingerprint->digest[31], 0x1f);
  EXPECT_TRUE(transport.remote_ice_lite);
  EXPECT_TRUE(transport.remote_end_of_candidates);
  ASSERT_EQ(transport.remote_candidates.size(), 1u);
  EXPECT_EQ(transport.remote_candidates[0].address, "10.0.0.1");
}

TEST(Answer, IsGivenToAnOfferWithoutTransportButItCannotConnect) {
  const auto answer = answerTo(kSession + "m=audio 9 RTP/SAVPF 0\r\n");

  EXPECT_EQ(answer.local.media[0].port, 1);
  EXPECT_FALSE(answer.session.transports[0].remote_ice);
  EXPECT_FALSE(answer.session.transports[0].remote_fingerprint);
}

// ---- Data ----

TEST(Answer, OfDataHasExactlyTheseLines) {
  const auto answer = answerTo(kSession + plus(kData, "mid:d"), withData());

  const MediaDescription& data = answer.local.media[0];
  EXPECT_EQ(data.port, 1);
  EXPECT_EQ(data.protocol, "UDP/DTLS/SCTP");
  EXPECT_THAT(data.formats, ElementsAre("webrtc-datachannel"));
  EXPECT_THAT(attributesOf(data),
              ElementsAre("mid:d", "setup:active", "sctp-port:5000", "ice-ufrag:BCDE",
                          "ice-pwd:FGHIJKLMNOPQRSTUVWXYZa", StartsWith("fingerprint:sha-256 AB")));
  ASSERT_TRUE(answer.session.data);
  EXPECT_EQ(answer.session.data->mid, "d");
  EXPECT_EQ(answer.session.data->local_sctp_port, 5000);
  EXPECT_EQ(answer.session.data->remote_sctp_port, 5000);
}

TEST(Answer, TakesDataInTheOldSyntaxAndAnswersInIt) {
  const auto answer =
      answerTo(kSession + replaced(kData, "UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000",
                                   "DTLS/SCTP 5002\r\na=sctpmap:5002 webrtc-datachannel 16"),
               withData());

  ASSERT_TRUE(answer.session.data);
  EXPECT_EQ(answer.session.data->remote_sctp_port, 5002);
  EXPECT_EQ(answer.local.media[0].protocol, "DTLS/SCTP");
  EXPECT_EQ(answer.local.media[0].formats, std::vector<std::string>{"5002"});
  EXPECT_EQ(answer.local.media[0].value("sctpmap"), "5002 webrtc-datachannel 1024");
  EXPECT_FALSE(answer.local.media[0].has("sctp-port"));
}

TEST(Answer, ReadsTheLongestMessageThatThePeerTakes) {
  const auto sized =
      replaced(kData, "a=sctp-port:5000", "a=sctp-port:5000\r\na=max-message-size:262144");

  EXPECT_EQ(answerTo(kSession + sized, withData()).session.data->remote_max_message_size, 262144u);
  EXPECT_EQ(answerTo(kSession + kData, withData()).session.data->remote_max_message_size,
            std::nullopt);
}

TEST(Answer, SaysTheLongestMessageThatWeTakeInTheNewSyntax) {
  auto config = withData();
  config.max_message_bytes = 262144;
  const auto old = replaced(kData, "UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000",
                            "DTLS/SCTP 5002\r\na=sctpmap:5002 webrtc-datachannel 16");

  EXPECT_EQ(answerTo(kSession + kData, config).local.media[0].value("max-message-size"), "262144");
  EXPECT_FALSE(answerTo(kSession + old, config).local.media[0].has("max-message-size"));
  EXPECT_FALSE(answerTo(kSession + kData, withData()).local.media[0].has("max-message-size"));
}

TEST(Answer, RejectsDataWithoutDataChannels) { expectRejected(kData, webRtcConfig()); }

TEST(Answer, RejectsDataOfAnotherForm) {
  expectRejected(replaced(kData, "a=sctp-port:5000\r\n", ""), withData());
  expectRejected(replaced(kData, "sctp-port:5000", "sctp-port:0"), withData());
  expectRejected(replaced(kData, "UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000",
                          "DTLS/SCTP 5000\r\na=sctpmap:5001 webrtc-datachannel 1024"),
                 withData());
  expectRejected(replaced(kData, "UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000",
                          "DTLS/SCTP 5000\r\na=sctpmap:5000 bfcp 16"),
                 withData());
  expectRejected(replaced(kData, "UDP/DTLS/SCTP", "TCP/DTLS/SCTP"), withData());
}

TEST(Answer, TakesOneDataLineOnly) {
  const auto answer = answerTo(kSession + kData + kData, withData());

  EXPECT_EQ(answer.local.media[0].port, 1);
  EXPECT_EQ(answer.local.media[1].port, 0);
}

// ---- Errors ----

TEST(Answer, IsRefusedToWhatIsNoOffer) {
  EXPECT_EQ(makeAnswer("", webRtcConfig()).error(), SdpError::EmptyOffer);
  EXPECT_EQ(makeAnswer("bad sdp", webRtcConfig()).error(), SdpError::NotSdp);
  EXPECT_EQ(makeAnswer("v=0\r\nm=audio\r\n", webRtcConfig()).error(), SdpError::MalformedLine);
}

TEST(Answer, IsRefusedWhenItsOwnLinesDoNotFitAnyMore) {
  const std::size_t room = kMaxSdpBytes - kSession.size() - kAudio.size() - 4;
  const std::string offer = kSession + "a=" + std::string(room, 'z') + "\r\n" + kAudio;
  ASSERT_EQ(offer.size(), kMaxSdpBytes);
  ASSERT_TRUE(SessionDescription::parse(offer));

  EXPECT_EQ(makeAnswer(offer, webRtcConfig()).error(), SdpError::TooLong);
}

TEST(Answer, MayHaveNoMediaAtAll) {
  const auto answer = answerTo(kSession);

  EXPECT_TRUE(answer.local.media.empty());
  EXPECT_TRUE(answer.session.media.empty());
}

}  // namespace
}  // namespace ms::sdp
