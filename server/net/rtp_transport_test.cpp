#include "server/net/rtp_transport.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/net/outlet.h"
#include "server/net/worker_loops.h"
#include "server/packet/srtp/srtp_session.h"

namespace ms::net {
namespace {

using namespace std::chrono_literals;
using Datagram = std::vector<std::uint8_t>;

constexpr std::uint8_t kPcmu = 0;
constexpr int kPatience_ms = 20'000;

// A socket of a peer, used by the test's own thread.
class PeerSocket {
 public:
  explicit PeerSocket(const char* address = "127.0.0.1")
      : descriptor_(std::move(*BoundSocket::open(*SocketAddress::parse(address, 0), -1)).release()),
        local_(*SocketAddress::ofSocket(descriptor_)) {
    const int off = 0;  // recv() is to give one datagram at a time.
    EXPECT_EQ(::setsockopt(descriptor_, SOL_UDP, UDP_GRO, &off, sizeof off), 0);
  }
  ~PeerSocket() { ::close(descriptor_); }
  PeerSocket(const PeerSocket&) = delete;
  PeerSocket& operator=(const PeerSocket&) = delete;

  std::uint16_t port() const { return local_.port(); }
  void send(const Datagram& datagram, std::uint16_t to) const {
    const SocketAddress address = local_.withPort(to);
    EXPECT_EQ(
        ::sendto(descriptor_, datagram.data(), datagram.size(), 0, address.data(), address.size()),
        static_cast<ssize_t>(datagram.size()));
  }
  // Nothing when it does not come in time.
  std::optional<Datagram> receive(int patience_ms = kPatience_ms) const {
    pollfd one{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&one, 1, patience_ms) <= 0) return std::nullopt;
    Datagram datagram(2000);
    const ssize_t size = ::recv(descriptor_, datagram.data(), datagram.size(), 0);
    datagram.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return datagram;
  }

 private:
  const int descriptor_;
  const SocketAddress local_;
};

Datagram rtpPacket(std::uint32_t ssrc, std::uint16_t number, std::uint8_t payload_type = kPcmu) {
  Datagram packet(12 + 160, 0x7f);
  packet[0] = 0x80;
  packet[1] = payload_type;
  storeBe16(packet, 2, number);
  storeBe32(packet, 4, number * 160u);
  storeBe32(packet, 8, ssrc);
  return packet;
}

Datagram receiverReport(std::uint32_t ssrc) {
  Datagram packet{0x80, 201, 0, 1, 0, 0, 0, 0};
  storeBe32(packet, 4, ssrc);
  return packet;
}

std::uint16_t numberOf(const Datagram& packet) { return loadBe16(packet, 2); }

sdp::NegotiatedSession pcmuSession(std::optional<sdp::RtpTarget> target, std::uint32_t local_ssrc) {
  sdp::NegotiatedMedia audio;
  audio.kind = rtp::MediaKind::Audio;
  audio.send = audio.receive = true;
  audio.local_ssrc = rtp::Ssrc(local_ssrc);
  audio.local_cname = "cname";
  sdp::NegotiatedCodec pcmu;
  pcmu.payload_type = rtp::PayloadType(kPcmu);
  pcmu.codec = rtp::Codec::Pcmu;
  pcmu.clock_rate = 8000;
  pcmu.name = "PCMU";
  audio.codecs = {pcmu};
  audio.target = std::move(target);
  sdp::NegotiatedSession session;
  session.media = {audio};
  return session;
}

sdp::RtpTarget symmetric() {
  return {.address = "0.0.0.0", .rtp_port = 9, .rtcp_port = 10, .symmetric = true};
}
sdp::RtpTarget targetOf(const PeerSocket& rtp, const PeerSocket& rtcp,
                        const char* address = "127.0.0.1") {
  return {.address = address, .rtp_port = rtp.port(), .rtcp_port = rtcp.port()};
}

// A transport on a worker, looped back to its peer: what that sends comes back to it.
class Looped : public RtpTransportObserver {
 public:
  explicit Looped(const sdp::NegotiatedSession& session,
                  AddressFamily family = AddressFamily::Ipv4) {
    onLoop([&] {
      SystemRandom random;
      auto pair = openPortPair(family, {20000, 60000}, random);
      rtp_port = pair->rtpPort();
      rtcp_port = pair->rtcpPort();
      transport = std::make_unique<RtpTransport>(
          worker, rtp::NtpClock(rtp::NtpTime(0), Loop::now()), *this);
      std::vector<MediaPorts> ports;
      ports.push_back({rtp::MediaKind::Audio, std::move(*pair)});
      transport->start(session, std::move(ports));
      const auto outlet = std::make_shared<Outlet>(worker, rtp::MediaKind::Audio);
      transport->publish(outlet);
      transport->setSource(rtp::MediaKind::Audio, outlet);
    });
  }
  ~Looped() override {
    onLoop([&] { transport.reset(); });
  }

  void onLoop(Task task) { worker.loop().runAndWait(std::move(task)); }
  RtpTransportCounters counters() {
    RtpTransportCounters now;
    onLoop([&] { now = transport->counters(); });
    return now;
  }
  // The peer took what was sent before: it has been seen by the loop.
  bool seesStrangers(std::uint64_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatience_ms);
    while (counters().strangers < count && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    return counters().strangers == count;
  }

  void onConnectionState(peer::ConnectionState state) override {
    connection_states.push_back(state);
  }
  void onMediaState(peer::MediaState state) override { media_states.push_back(state); }
  void onFlowState(rtp::MediaKind, peer::FlowDirection, peer::FlowState) override {}
  void onKeySoftLimit(rtp::MediaKind) override {}

  Worker worker{"test"};
  std::uint16_t rtp_port = 0, rtcp_port = 0;
  std::unique_ptr<RtpTransport> transport;
  std::vector<peer::ConnectionState> connection_states;
  std::vector<peer::MediaState> media_states;
};

struct Family {
  AddressFamily family;
  const char* loopback;
};
class RtpTransportOfFamily : public testing::TestWithParam<Family> {};

TEST_P(RtpTransportOfFamily, TakesMediaFromAndSendsToTheDescribedAddress) {
  const auto [family, loopback] = GetParam();
  PeerSocket rtp(loopback), rtcp(loopback), from(loopback);
  Looped looped(pcmuSession(targetOf(rtp, rtcp, loopback), 77), family);

  from.send(rtpPacket(1, 1), looped.rtp_port);

  const auto back = rtp.receive();
  ASSERT_TRUE(back);
  EXPECT_EQ(loadBe32(*back, 8), 77u);
  EXPECT_EQ(back->size(), rtpPacket(1, 1).size());
}

INSTANTIATE_TEST_SUITE_P(EachFamily, RtpTransportOfFamily,
                         testing::Values(Family{AddressFamily::Ipv4, "127.0.0.1"},
                                         Family{AddressFamily::Ipv6, "::1"}),
                         [](const auto& family) {
                           return family.param.family == AddressFamily::Ipv6 ? "Ipv6" : "Ipv4";
                         });

TEST(RtpTransport, IsConnectedFromTheStart) {
  Looped looped(pcmuSession(symmetric(), 77));

  looped.onLoop(
      [&] { EXPECT_EQ(looped.connection_states, std::vector{peer::ConnectionState::Connected}); });
}

TEST(RtpTransport, SendsRtcpToItsOwnPort) {
  PeerSocket rtp, rtcp;
  Looped looped(pcmuSession(targetOf(rtp, rtcp), 77));

  const auto report = rtcp.receive();

  ASSERT_TRUE(report);
  EXPECT_EQ(loadBe32(*report, 4), 77u);
}

TEST(RtpTransport, LearnsASymmetricPeerAndGivesWhatCameBefore) {
  PeerSocket peer;
  Looped looped(pcmuSession(symmetric(), 77));

  for (std::uint16_t number : {1, 2, 3}) peer.send(rtpPacket(1, number), looped.rtp_port);

  std::vector<std::uint16_t> back;
  for (int i = 0; i < 3; ++i)
    if (const auto packet = peer.receive()) back.push_back(numberOf(*packet));
  ASSERT_EQ(back.size(), 3u);
  EXPECT_EQ(back[1], static_cast<std::uint16_t>(back[0] + 1));
  EXPECT_EQ(back[2], static_cast<std::uint16_t>(back[0] + 2));
  EXPECT_EQ(looped.counters().held, 2u);
}

TEST(RtpTransport, IsNotTakenOverByAStranger) {
  PeerSocket peer, stranger;
  Looped looped(pcmuSession(symmetric(), 77));
  for (std::uint16_t number : {1, 2, 3}) peer.send(rtpPacket(1, number), looped.rtp_port);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(peer.receive());

  for (std::uint16_t number = 0; number < 50; ++number)
    stranger.send(rtpPacket(1, number), looped.rtp_port);
  for (std::uint16_t number = 0; number < 5; ++number)
    stranger.send(receiverReport(1), looped.rtcp_port);
  // Loopback is one host: the first report of it is believed, and no other one.
  ASSERT_TRUE(looped.seesStrangers(50));
  peer.send(rtpPacket(1, 4), looped.rtp_port);

  EXPECT_TRUE(peer.receive());
  EXPECT_FALSE(stranger.receive(0));
}

TEST(RtpTransport, TakesNoPayloadTypeThatWasNotNegotiatedAsProof) {
  PeerSocket peer;
  Looped looped(pcmuSession(symmetric(), 77));

  for (std::uint16_t number = 0; number < 10; ++number)
    peer.send(rtpPacket(1, number, 96), looped.rtp_port);

  EXPECT_TRUE(looped.seesStrangers(10));
  EXPECT_EQ(looped.counters().times_learned, 0u);
}

TEST(RtpTransport, KeepsOnlySoMuchFromThoseWhoMayBeThePeer) {
  PeerSocket peer;
  Looped looped(pcmuSession(symmetric(), 77));

  // Never two numbers in a row.
  constexpr int kMore = 10;
  for (int i = 0; i < static_cast<int>(RtpTransport::kMaxHeldDatagrams) + kMore; ++i)
    peer.send(rtpPacket(1, static_cast<std::uint16_t>(2 * i)), looped.rtp_port);
  for (std::uint16_t number : {1001, 1002, 1003}) peer.send(rtpPacket(1, number), looped.rtp_port);

  ASSERT_TRUE(peer.receive());
  EXPECT_GE(looped.counters().given_up, static_cast<std::uint64_t>(kMore));
}

TEST(RtpTransport, SaysByeWhenItStops) {
  PeerSocket rtp, rtcp;
  Looped looped(pcmuSession(targetOf(rtp, rtcp), 77));
  ASSERT_TRUE(rtcp.receive());

  looped.onLoop([&] { looped.transport->stop(); });

  bool has_bye = false;
  while (!has_bye) {
    const auto report = rtcp.receive();
    ASSERT_TRUE(report);
    for (std::size_t at = 0; at + 4 <= report->size(); at += 4u * (loadBe16(*report, at + 2) + 1u))
      has_bye |= (*report)[at + 1] == 203;
  }
  EXPECT_TRUE(has_bye);
}

TEST(RtpTransport, WithKeysTakesOnlyWhatIsSealedWithThem) {
  sdp::CryptoParameters ours, theirs;
  ours.key.assign(30, 1);
  theirs.key.assign(30, 2);
  auto session = pcmuSession(symmetric(), 77);
  session.media[0].crypto = sdp::NegotiatedCrypto{.local = ours, .remote = theirs};
  Looped looped(session);
  srtp::SrtpKeys keys{.profile = srtp::Profile::Aes128CmHmacSha1_80};
  keys.outbound.fill(2);
  keys.inbound.fill(1);
  auto srtp = srtp::SrtpSession::make(keys);
  ASSERT_TRUE(srtp);
  PeerSocket peer, stranger;

  for (std::uint16_t number = 0; number < 20; ++number)
    stranger.send(rtpPacket(1, number), looped.rtp_port);
  ASSERT_TRUE(looped.seesStrangers(20));
  // The first one tells where to send to.
  for (const std::uint16_t number : {1, 2}) {
    Datagram sealed = rtpPacket(1, number);
    const std::size_t plain = sealed.size();
    sealed.resize(plain + srtp::SrtpSession::kMaxTrailerBytes);
    sealed.resize(*srtp->protectRtp(sealed, plain));
    peer.send(sealed, looped.rtp_port);
  }

  auto back = peer.receive();
  ASSERT_TRUE(back);
  EXPECT_TRUE(srtp->unprotectRtp(*back));
  EXPECT_FALSE(stranger.receive(0));
}

}  // namespace
}  // namespace ms::net
