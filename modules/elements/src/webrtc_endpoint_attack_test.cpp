// A live call over real sockets whose peer has the keys and sends what no peer should. It sees its
// own video and its own messages come back: after each blow the next picture has to.
#include <gtest/gtest.h>
#include <usrsctp.h>

#include <array>

#include "modules/core/src/element_fixture.h"
#include "modules/elements/src/keyed_test_peer.h"
#include "modules/elements/src/test_surroundings.h"
#include "modules/elements/src/webrtc_endpoint.h"
#include "server/packet/sctp/packet_check.h"

namespace ms::elements {
namespace {

using Datagram = KeyedTestPeer::Datagram;

constexpr std::size_t kLargestDatagram = 65'507;

class WebRtcEndpointAttackTest : public core::ElementTest {
 protected:
  WebRtcEndpointAttackTest()
      : ElementTest(&surroundings().workers.at(0)), hostile(surroundings().services.sctp()) {}
  ~WebRtcEndpointAttackTest() override {
    run([&] {
      endpoint_->close();
      endpoint_.reset();
    });
  }

  void SetUp() override {
    std::string answer;
    const std::string offer = hostile.offer();
    run([&] {
      api::WebRtcEndpointArguments arguments;
      arguments.use_data_channels = true;
      endpoint_ = make<WebRtcEndpoint>(api::kWebRtcEndpointClass, pipeline_,
                                       surroundings().services, arguments);
      endpoint_->setNetworkInterfaces("lo");
      endpoint_->processOffer(offer, [&](auto result) { answer = *result; });
      endpoint_->gatherCandidates([](auto result) { EXPECT_TRUE(result); });
      for (const auto type : {api::MediaType::Video, api::MediaType::Data})
        endpoint_->connect(endpoint_, type, "default", "default");
    });
    hostile.takeAnswer(answer);
    ASSERT_TRUE(hostile.waitUntil([&] { return !hostile.candidates.empty(); }));
    api::IceCandidate candidate;
    candidate.sdp_mid = "0";
    candidate.candidate = ice::write(hostile.ask([&] { return hostile.candidates.front(); }));
    run([&] { endpoint_->addIceCandidate(candidate); });
    ASSERT_TRUE(hostile.connects());
    ASSERT_TRUE(hostile.openChannel());
    ASSERT_TRUE(hostile.isVideoReturned());
    ASSERT_TRUE(hostile.isEchoed("before"));
  }

  // `blow` is struck on the hostile peer's loop, this many times.
  void expectVideoGoesOn(int count, const std::function<void()>& blow) {
    for (int i = 0; i < count; ++i) {
      hostile.onLoop([&] { blow(); });
      ASSERT_TRUE(hostile.isVideoReturned()) << "after blow " << i;
    }
    run([&] { EXPECT_EQ(endpoint_->getConnectionState(), api::ConnectionState::Connected); });
  }
  void expectUndisturbed(int count, const std::function<void()>& blow) {
    expectVideoGoesOn(count, blow);
    EXPECT_TRUE(hostile.isEchoed("after"));
  }

  Datagram garbage(std::size_t bytes) {
    Datagram datagram(bytes);
    random.fill(datagram);
    return datagram;
  }

  KeyedTestPeer hostile;
  peer::SeededRandom random{11};
  std::shared_ptr<WebRtcEndpoint> endpoint_;
};

TEST_F(WebRtcEndpointAttackTest, SealedRtcpOfImpossibleLengths) {
  constexpr std::uint8_t kTypes[] = {192, 200, 201, 202, 204, 205, 206, 207};  // Not BYE.
  expectUndisturbed(500, [&] {
    Datagram rtcp = garbage(8 + 4 * random.below(300));
    rtcp[0] = static_cast<std::uint8_t>(0x80 | random.below(64));  // Padding, count or format.
    rtcp[1] = kTypes[random.below(std::size(kTypes))];
    const auto words = static_cast<std::uint16_t>(rtcp.size() / 4);
    const std::uint16_t lengths[] = {0, 1, 0xffff, words, static_cast<std::uint16_t>(words - 1)};
    storeBe16(rtcp, 2, lengths[random.below(std::size(lengths))]);
    hostile.sendRtcp(rtcp);
  });
}

TEST_F(WebRtcEndpointAttackTest, SealedRtpThatIsTooLongOrWhoseHeaderDoesNotFit) {
  expectUndisturbed(200, [&] {
    hostile.sendRtp(hostile.nextPicture(rtp::kMaxPacketBytes + random.below(60'000)));
    Datagram packet = hostile.nextPicture(random.below(40));
    packet[0] |= static_cast<std::uint8_t>(random.below(64));  // Padding, extension, CSRCs.
    hostile.sendRtp(packet);
  });
}

TEST_F(WebRtcEndpointAttackTest, GarbageWhereSctpIs) {
  expectUndisturbed(500, [&] {
    Datagram packet = garbage(1 + random.below(dtls::DtlsSession::kMaxApplicationBytes));
    if (packet.size() >= 4 && random.happens(0.5)) {  // Past the check of the ports.
      storeBe16(packet, 0, KeyedTestPeer::kSctpPort);
      storeBe16(packet, 2, KeyedTestPeer::kSctpPort);
    }
    hostile.sendInDtls(packet);
    Datagram cut = hostile.last_sctp;
    cut.resize(random.below(static_cast<std::uint32_t>(cut.size())));
    if (!cut.empty()) hostile.sendInDtls(cut);
  });
}

// With the right ports, tag and checksum: by SCTP's own rules that may end the association, and
// nothing else.
TEST_F(WebRtcEndpointAttackTest, ChunksThatCannotBeInsideTheAssociation) {
  const Datagram own = hostile.ask([&] { return hostile.last_sctp; });
  ASSERT_GE(own.size(), sctp::kCommonHeaderBytes);
  expectVideoGoesOn(500, [&] {
    Datagram packet(own.begin(), own.begin() + sctp::kCommonHeaderBytes);
    for (std::uint32_t chunks = 1 + random.below(3); chunks > 0; --chunks) {
      Datagram one = garbage(4 + 4 * random.below(60));
      one[0] =
          static_cast<std::uint8_t>(random.happens(0.8) ? random.below(16) : random.below(256));
      const auto size = static_cast<std::uint16_t>(one.size());
      const std::uint16_t lengths[] = {0, 3, 0xffff, size, static_cast<std::uint16_t>(size + 1)};
      storeBe16(one, 2, lengths[random.below(std::size(lengths))]);
      packet.insert(packet.end(), one.begin(), one.end());
    }
    std::fill_n(packet.begin() + 8, 4, std::uint8_t{0});
    const std::uint32_t checksum = usrsctp_crc32c(packet.data(), packet.size());
    for (std::size_t byte = 0; byte < 4; ++byte)  // In network order already.
      packet[8 + byte] = static_cast<std::uint8_t>(checksum >> 8 * byte);
    hostile.sendInDtls(packet);
  });
}

TEST_F(WebRtcEndpointAttackTest, BareDatagramsOfAnyKindAndLength) {
  // STUN, DTLS records of each type, SRTP and SRTCP, by their first byte (RFC 7983).
  constexpr std::uint8_t kFirst[] = {0, 1, 20, 21, 22, 23, 25, 63, 64, 128, 144, 191, 192, 255};
  expectUndisturbed(500, [&] {
    Datagram datagram =
        garbage(random.happens(0.1) ? kLargestDatagram - random.below(60'000) : random.below(1500));
    if (!datagram.empty()) datagram[0] = kFirst[random.below(std::size(kFirst))];
    if (datagram.size() >= 13 && datagram[0] >= 20 && datagram[0] < 64) {  // A record of DTLS 1.2,
      storeBe16(datagram, 1, 0xfefd);                                      // of our epoch,
      storeBe16(datagram, 3, 1);
      storeBe16(datagram, 11, static_cast<std::uint16_t>(random.below(0x10000)));  // any length.
    }
    if (datagram.size() >= 20 && datagram[0] < 2) storeBe32(datagram, 4, 0x2112a442);
    hostile.sendBare(datagram);
  });
}

}  // namespace
}  // namespace ms::elements
