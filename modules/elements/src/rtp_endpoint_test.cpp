#include "modules/elements/src/rtp_endpoint.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <string>

#include "modules/core/src/element_fixture.h"
#include "modules/elements/src/test_surroundings.h"
#include "modules/elements/src/webrtc_endpoint.h"
#include "server/base/process.h"
#include "server/base/random.h"
#include "server/model/api_error.h"
#include "server/net/port_pair.h"
#include "server/net/worker_loops.h"
#include "server/packet/peer/raw_peer.h"
#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/remb.h"

namespace ms::elements {
namespace {

using model::ErrorCode;
using namespace std::chrono_literals;

class RtpEndpointTest : public core::ElementTest {
 protected:
  RtpEndpointTest() : ElementTest(&surroundings().workers.at(0)) {}
  ~RtpEndpointTest() override {
    run([&] { releaseAll(); });
  }

  void releaseAll() {
    for (const auto& endpoint : made_) endpoint->close();
    made_.clear();
  }
  std::shared_ptr<RtpEndpoint> makeRtp(const api::RtpEndpointArguments& arguments = {}) {
    made_.push_back(
        make<RtpEndpoint>(api::kRtpEndpointClass, pipeline_, surroundings().services, arguments));
    return made_.back();
  }
  std::shared_ptr<RtpEndpoint> makeRtp(const api::SDES& crypto) {
    api::RtpEndpointArguments arguments;
    arguments.crypto = crypto;
    return makeRtp(arguments);
  }
  void usePorts(int min, int max) {
    (*config_)["kurento"]["BaseRtpEndpoint"]["minPort"] = min;
    (*config_)["kurento"]["BaseRtpEndpoint"]["maxPort"] = max;
  }

  // Waits on the test's thread until `holds`, looked at on the loop, is true.
  bool waitUntil(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      bool is_so = false;
      run([&] { is_so = holds(); });
      if (is_so) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::vector<std::shared_ptr<RtpEndpoint>> made_;
};

std::string offerOf(core::SdpEndpoint& endpoint) {
  std::string offer;
  endpoint.generateOffer({}, [&](auto result) { offer = *result; });
  return offer;
}

std::string answerOf(core::SdpEndpoint& endpoint, const std::string& offer) {
  std::string answer;
  endpoint.processOffer(offer, [&](auto result) { answer = *result; });
  return answer;
}

template <class Work>
ErrorCode errorOf(Work work) {
  try {
    work();
  } catch (const model::ApiError& error) {
    return error.code();
  }
  return ErrorCode{};
}

api::SDES sdes(api::CryptoSuite suite) {
  api::SDES crypto;
  crypto.crypto = suite;
  return crypto;
}

const std::string kSession =
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
const std::string kAudioAndVideo =
    kSession +
    "m=audio 5006 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=sendonly\r\n"
    "a=ssrc:445566 cname:user@example.com\r\n"
    "m=video 5004 RTP/AVP 103\r\na=rtpmap:103 H264/90000\r\na=sendonly\r\n"
    "a=ssrc:112233 cname:user@example.com\r\n";

// A sender and receiver of plain VP8, on sockets of its own.
class PlainPeer {
 public:
  PlainPeer() {
    SystemRandom random;
    auto ports = *net::openPortPair(net::AddressFamily::Ipv4, {}, random);
    port_ = ports.rtpPort();
    rtp_ = std::move(ports.rtp).release();
    rtcp_ = std::move(ports.rtcp).release();
  }
  ~PlainPeer() {
    close(rtp_);
    close(rtcp_);
  }
  PlainPeer(const PlainPeer&) = delete;
  PlainPeer& operator=(const PlainPeer&) = delete;

  std::string offer() const {
    return kSession + "m=video " + std::to_string(port_) +
           " RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=sendrecv\r\n"
           "a=ssrc:2 cname:plain\r\n";
  }
  void takeAnswer(const std::string& text) {
    const auto answer = sdp::SessionDescription::parse(text);
    to_ = *net::SocketAddress::parse("127.0.0.1", answer->media.front().port);
  }
  void sendPicture() {
    const std::uint16_t number = next_++;
    const auto packet = peer::vp8Packet(rtp::Ssrc(2), number, number * 900u, number == 0);
    sendto(rtp_, packet.data(), packet.size(), 0, to_.data(), to_.size());
  }
  // False when nothing comes.
  bool receivesRtp() { return receive(rtp_) > 0; }
  // The next estimate that comes.
  std::optional<Bitrate> receiveRemb() {
    for (std::size_t bytes; (bytes = receive(rtcp_)) > 0;) {
      const auto compound = rtcp::CompoundView::parse(Bytes(buffer_).first(bytes));
      if (!compound) continue;
      for (const rtcp::PacketView packet : *compound)
        if (const auto remb = rtcp::RembView::parse(packet)) return remb->bitrate();
    }
    return std::nullopt;
  }

 private:
  // 0: nothing came in time.
  std::size_t receive(int descriptor) {
    pollfd waited{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (poll(&waited, 1, kPatienceMs) != 1) return 0;
    const auto bytes = recv(descriptor, buffer_.data(), buffer_.size(), 0);
    return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  }

  static constexpr int kPatienceMs = 20'000;
  std::uint16_t port_ = 0;
  int rtp_ = -1, rtcp_ = -1;
  net::SocketAddress to_;
  std::uint16_t next_ = 0;
  std::array<std::uint8_t, 2048> buffer_{};
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(RtpEndpointTest, TwoEndpointsConnectByOfferAndAnswer) {
  run([&] {
    const auto caller = makeRtp(), callee = makeRtp();
    const std::string answer = answerOf(*callee, offerOf(*caller));
    caller->processAnswer(answer, [](auto local) { EXPECT_TRUE(local); });
  });

  EXPECT_TRUE(waitUntil([&] {
    return std::ranges::all_of(made_, [](const auto& one) {
      return one->getConnectionState() == api::ConnectionState::Connected &&
             one->getMediaState() == api::MediaState::Connected;
    });
  }));
  run([&] {
    for (const char* type : {"ConnectionStateChanged", "MediaStateChanged", "MediaSessionStarted"})
      EXPECT_EQ(events_.count(type), 2u) << type;
  });
}

TEST_F(RtpEndpointTest, AnswersWithItsAddressAndAnEvenPortForEachMedium) {
  run([&] {
    const auto description = sdp::SessionDescription::parse(answerOf(*makeRtp(), kAudioAndVideo));

    ASSERT_TRUE(description);
    ASSERT_EQ(description->media.size(), 2u);
    for (const auto& media : description->media) {
      EXPECT_GE(media.port, 1024);
      EXPECT_EQ(media.port % 2, 0);
      EXPECT_EQ(media.value("rtcp"), std::to_string(media.port + 1));
      EXPECT_EQ(media.protocol, "RTP/AVP");
      EXPECT_TRUE(media.has("recvonly"));
    }
    EXPECT_NE(description->media[0].port, description->media[1].port);
    EXPECT_FALSE(has(std::string(description->line('c').value_or("")), "0.0.0.0"));
  });
}

TEST_F(RtpEndpointTest, OffersAllConfiguredCodecs) {
  run([&] {
    const std::string offer = offerOf(*makeRtp());

    for (const char* codec : {"opus/48000/2", "AMR/8000", "VP8/90000", "VP9/90000", "AV1/90000",
                              "H264/90000", "H265/90000"})
      EXPECT_TRUE(has(offer, codec)) << codec;
    EXPECT_TRUE(has(offer, "m=audio ") && has(offer, " RTP/AVPF "));
    EXPECT_FALSE(has(offer, "ice-ufrag") || has(offer, "fingerprint"));
  });
}

TEST_F(RtpEndpointTest, WithIpv6OffersAnIpv6Address) {
  run([&] {
    api::RtpEndpointArguments arguments;
    arguments.use_ipv6 = true;

    EXPECT_TRUE(has(offerOf(*makeRtp(arguments)), "c=IN IP6 "));
  });
}

TEST_F(RtpEndpointTest, CallsOutOfOrderHaveTheDocumentedErrors) {
  run([&] {
    const auto endpoint = makeRtp();
    const auto ignore = [](auto) {};
    EXPECT_EQ(errorOf([&] { endpoint->processAnswer(kAudioAndVideo, ignore); }),
              ErrorCode::SdpNotOfferGenerated);
    EXPECT_EQ(errorOf([&] { endpoint->processOffer("", ignore); }), ErrorCode::SdpParseError);
    EXPECT_EQ(errorOf([&] { endpoint->processOffer("nonsense", ignore); }),
              ErrorCode::SdpParseError);
    answerOf(*endpoint, kAudioAndVideo);
    EXPECT_EQ(errorOf([&] { endpoint->generateOffer({}, ignore); }),
              ErrorCode::SdpAlreadyNegotiated);
  });
}

TEST_F(RtpEndpointTest, AKeyOfTheWrongSizeIsRefused) {
  run([&] {
    for (const auto suite :
         {api::CryptoSuite::Aes128CmHmacSha1_32, api::CryptoSuite::Aes128CmHmacSha1_80,
          api::CryptoSuite::Aes256CmHmacSha1_32, api::CryptoSuite::Aes256CmHmacSha1_80}) {
      const bool is_long = suite == api::CryptoSuite::Aes256CmHmacSha1_32 ||
                           suite == api::CryptoSuite::Aes256CmHmacSha1_80;
      api::SDES crypto = sdes(suite);
      for (const std::size_t bytes : {0, 16, 29, 30, 31, 45, 46, 47}) {
        crypto.key = std::string(bytes, 'k');
        const bool is_right = bytes == (is_long ? 46u : 30u);
        EXPECT_EQ(errorOf([&] { makeRtp(crypto); }),
                  is_right ? ErrorCode{} : ErrorCode::MediaObjectIllegalParam)
            << bytes;
      }
    }
    api::SDES no_base64 = sdes(api::CryptoSuite::Aes128CmHmacSha1_80);
    no_base64.key_base64 = "*";
    EXPECT_EQ(errorOf([&] { makeRtp(no_base64); }), ErrorCode::MediaObjectIllegalParam);
  });
}

TEST_F(RtpEndpointTest, OffersItsKeyInBase64) {
  run([&] {
    api::SDES raw = sdes(api::CryptoSuite::Aes128CmHmacSha1_80), base64 = raw;
    raw.key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234";
    base64.key_base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0";

    for (const api::SDES& crypto : {raw, base64}) {
      const std::string offer = offerOf(*makeRtp(crypto));
      EXPECT_TRUE(has(offer,
                      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "
                      "inline:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0"));
      EXPECT_TRUE(has(offer, " RTP/SAVPF "));
    }
  });
}

TEST_F(RtpEndpointTest, EndpointsWithKeysConnectInEverySuite) {
  for (const auto suite :
       {api::CryptoSuite::Aes128CmHmacSha1_32, api::CryptoSuite::Aes128CmHmacSha1_80,
        api::CryptoSuite::Aes256CmHmacSha1_32, api::CryptoSuite::Aes256CmHmacSha1_80}) {
    run([&] {
      const auto caller = makeRtp(sdes(suite)), callee = makeRtp(sdes(suite));
      const std::string answer = answerOf(*callee, offerOf(*caller));
      caller->processAnswer(answer, [](auto local) { EXPECT_TRUE(local); });
    });

    // Connected media: each has authenticated reports of the other.
    EXPECT_TRUE(waitUntil([&] {
      return std::ranges::all_of(made_, [](const auto& one) {
        return one->getMediaState() == api::MediaState::Connected;
      });
    })) << api::nameOf(suite);
    run([&] { releaseAll(); });
  }
}

TEST_F(RtpEndpointTest, EndpointsOfDifferentSuitesRefuseEachOthersMedia) {
  run([&] {
    const auto caller = makeRtp(sdes(api::CryptoSuite::Aes128CmHmacSha1_80));
    const auto callee = makeRtp(sdes(api::CryptoSuite::Aes256CmHmacSha1_80));

    const std::string answer = answerOf(*callee, offerOf(*caller));

    EXPECT_TRUE(has(answer, "m=audio 0 ") && has(answer, "m=video 0 "));
  });
}

TEST_F(RtpEndpointTest, AnMlineForWhichNoPortsAreFreeIsRefusedAndTheOthersAreNot) {
  run([&] {
    SystemRandom random;
    std::uint16_t port = 0;
    {
      const auto free = net::openPortPair(net::AddressFamily::Ipv4, {20000, 60000}, random);
      port = free->rtpPort();
    }
    usePorts(port, port + 1);

    const std::string answer = answerOf(*makeRtp(), kAudioAndVideo);
    EXPECT_TRUE(has(answer, "m=audio " + std::to_string(port) + " "));
    EXPECT_TRUE(has(answer, "m=video 0 "));
    const std::string offer = offerOf(*makeRtp());
    EXPECT_TRUE(has(offer, "m=audio 0 ") && has(offer, "m=video 0 "));
  });
}

TEST_F(RtpEndpointTest, ReleasedEndpointsLeaveNoDescriptorsBehind) {
  const auto makeAndRelease = [&] {
    answerOf(*makeRtp(), offerOf(*makeRtp()));
    answerOf(*makeRtp(), kAudioAndVideo);
    releaseAll();
  };
  run(makeAndRelease);
  int before = 0;
  EXPECT_TRUE(waitUntil([&] { return std::exchange(before, process::openFileCount()) == before; }));

  for (int i = 0; i < 20; ++i) run(makeAndRelease);

  EXPECT_TRUE(waitUntil([&] { return process::openFileCount() <= before; }))
      << process::openFileCount() << " descriptors, " << before << " before";
}

TEST_F(RtpEndpointTest, HasStatisticsOfItsStreamsAndNoPeerConnection) {
  std::shared_ptr<RtpEndpoint> caller;
  run([&] {
    caller = makeRtp();
    const auto callee = makeRtp();
    caller->processAnswer(answerOf(*callee, offerOf(*caller)), [](auto) {});
  });
  std::promise<core::StatsMap> got;
  run([&] { caller->getStats({}, [&](auto stats) { got.set_value(*stats); }); });

  std::vector<api::StatsType> types;
  for (const auto& [id, entry] : got.get_future().get()) types.push_back(entry->type);

  EXPECT_EQ(std::ranges::count(types, api::StatsType::Outboundrtp), 2);
  EXPECT_EQ(std::ranges::count(types, api::StatsType::Session), 0);
}

TEST_F(RtpEndpointTest, MeasuresLatencyWhileThePipelineWantsIt) {
  PlainPeer peer;
  std::string answer;
  std::shared_ptr<RtpEndpoint> endpoint;
  run([&] {
    endpoint = makeRtp();
    answer = answerOf(*endpoint, peer.offer());
    endpoint->connect(endpoint, api::MediaType::Video, "default", "default");
    pipeline_->setLatencyStats(true);
  });
  peer.takeAnswer(answer);
  peer.sendPicture();
  ASSERT_TRUE(peer.receivesRtp());

  std::promise<core::StatsMap> got;
  run([&] { endpoint->getStats({}, [&](auto stats) { got.set_value(*stats); }); });
  const auto stats = got.get_future().get();
  const auto latencies =
      std::dynamic_pointer_cast<const api::EndpointStats>(stats.at(endpoint->id()));

  ASSERT_TRUE(latencies);
  ASSERT_EQ(latencies->input_latency.size(), 1u);
  EXPECT_EQ(latencies->input_latency[0].name, "sink_video_default");
  ASSERT_EQ(latencies->e2e_latency.size(), 1u);
  EXPECT_GE(latencies->e2e_latency[0].avg, latencies->input_latency[0].avg);
}

TEST_F(RtpEndpointTest, AsksItsPeerForTheLeastThatItWantsToReceive) {
  PlainPeer peer;
  std::string answer;
  run([&] {
    const auto endpoint = makeRtp();
    endpoint->setMinVideoRecvBandwidth(700);
    answer = answerOf(*endpoint, peer.offer());
  });
  peer.takeAnswer(answer);
  peer.sendPicture();

  const auto estimate = peer.receiveRemb();

  ASSERT_TRUE(estimate);
  EXPECT_NEAR(static_cast<double>(**estimate), 700'000, 1000);  // Of one small picture: 30,000.
}

}  // namespace
}  // namespace ms::elements
