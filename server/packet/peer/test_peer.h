// For tests: MediaPeers joined by a simulated network. A "browser" has a camera, a microphone and
// screens; the server's side has only its peer, whose ports a test links.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/packet/peer/media_peer.h"
#include "server/packet/peer/simulated_network.h"
#include "server/packet/peer/test_media.h"

namespace ms::peer {

// One for the whole program: making keys takes time.
inline const dtls::Certificate& testCertificate() {
  static const auto certificate = *dtls::Certificate::makeSelfSigned(
      dtls::KeyType::Ecdsa, dtls::Certificate::WallClock::time_point(std::chrono::days(20000)));
  return certificate;
}
inline const dtls::Certificate& otherTestCertificate() {
  static const auto certificate = *dtls::Certificate::makeSelfSigned(
      dtls::KeyType::Ecdsa, dtls::Certificate::WallClock::time_point(std::chrono::days(20000)));
  return certificate;
}

inline sdp::Fingerprint sdpFingerprint(const dtls::Certificate& certificate) {
  const Bytes digest = certificate.fingerprint().digest();
  return {.hash = "sha-256", .digest = {digest.begin(), digest.end()}};
}

// SSRCs of one side.
struct TestSsrcs {
  rtp::Ssrc audio;
  rtp::Ssrc video;
};

struct TestSessionOptions {
  sdp::SetupRole setup = sdp::SetupRole::Active;
  TestSsrcs local;
  TestSsrcs remote;
  bool send = true;
  bool receive = true;
  std::vector<sdp::RtxPair> remote_rtx;
  std::optional<rtp::Ssrc> local_rtx = std::nullopt;  // Of video; with a payload type both ways.
  bool transport_cc = false;
};

inline sdp::NegotiatedSession testSession(const TestSessionOptions& options) {
  sdp::NegotiatedTransport transport;
  transport.remote_fingerprint = sdpFingerprint(testCertificate());
  transport.setup = options.setup;
  transport.rtcp_mux = true;

  sdp::NegotiatedMedia audio;
  audio.kind = rtp::MediaKind::Audio;
  audio.send = options.send;
  audio.receive = options.receive;
  audio.local_cname = "cname";
  sdp::NegotiatedMedia video = audio;

  audio.local_ssrc = options.local.audio;
  audio.remote_ssrcs = {options.remote.audio};
  sdp::NegotiatedCodec opus;
  opus.payload_type = rtp::PayloadType(111);
  opus.codec = rtp::Codec::Opus;
  opus.clock_rate = 48000;
  opus.channels = 2;

  video.kind = rtp::MediaKind::Video;
  video.local_ssrc = options.local.video;
  video.remote_ssrcs = {options.remote.video};
  video.remote_rtx = options.remote_rtx;
  video.abs_send_time_id = 3;
  sdp::NegotiatedCodec vp8;
  vp8.payload_type = rtp::PayloadType(96);
  vp8.codec = rtp::Codec::Vp8;
  vp8.clock_rate = 90000;
  vp8.nack = vp8.pli = vp8.fir = vp8.remb = true;
  if (options.local_rtx || !options.remote_rtx.empty()) vp8.rtx_payload_type = rtp::PayloadType(97);
  video.local_rtx_ssrc = options.local_rtx;
  if (options.transport_cc) {
    vp8.transport_cc = opus.transport_cc = true;
    audio.transport_cc_id = video.transport_cc_id = 5;
  }
  audio.codecs = {opus};
  video.codecs = {vp8};

  sdp::NegotiatedSession session;
  session.bundle = true;
  session.transports = {transport};
  session.media = {audio, video};
  return session;
}

class TestPeer final : private PeerObserver {
 public:
  TestPeer(SimulatedNetwork& network, std::uint32_t seed,
           const dtls::Certificate& certificate = testCertificate(),
           const srtp::KeyLifetime& key_lifetime = {})
      : network_(network),
        random_(seed),
        clock(rtp::NtpTime(std::uint64_t{3'900'000'000u + 17 * seed} << 32), network.now()),
        peer(PeerEnvironment{.pool = pool,
                             .random = random_,
                             .certificate = certificate,
                             .clock = clock,
                             .key_lifetime = key_lifetime},
             *this) {
    network_.addSleeper({.next_timeout = [this] { return timer_; },
                         .handle_timeout =
                             [this](Timestamp now) {
                               peer.handleTimeout(now);
                               timer_ = peer.nextTimeout();
                             }});
  }

  void joinTo(TestPeer& other) { other_ = &other; }
  void receiveFromNetwork(TransportIndex transport, MutableBytes datagram) {
    peer.receive(transport, datagram, network_.now());
  }

  // Conditions of what this peer sends.
  NetworkConditions conditions;
  bool keep_sent = false;
  std::vector<std::vector<std::uint8_t>> sent;
  std::map<std::pair<TransportIndex, Component>, int> sent_on;  // Datagrams.

  std::vector<dtls::DtlsState> dtls_states;
  std::vector<ConnectionState> connection_states;
  std::vector<MediaState> media_states;
  struct Flow {
    rtp::MediaKind kind;
    FlowDirection direction;
    FlowState state;
    friend bool operator==(const Flow&, const Flow&) = default;
  };
  std::vector<Flow> flows;
  std::vector<rtp::MediaKind> key_soft_limits;
  std::vector<std::vector<std::uint8_t>> application_data;

 private:
  void onDatagram(TransportIndex transport, Component component, Bytes datagram) override {
    if (keep_sent) sent.emplace_back(datagram.begin(), datagram.end());
    ++sent_on[{transport, component}];
    if (!other_) return;
    NetworkConditions link = conditions;
    if (*link.capacity > 0) {
      const Timestamp begin = std::max(free_at_, network_.now());
      if (begin - network_.now() > link.max_queue) return;
      free_at_ =
          begin + Duration(static_cast<std::int64_t>(datagram.size()) * 8'000'000 / *link.capacity);
      link.delay += free_at_ - network_.now();
    }
    network_.send(datagram, link, [other = other_, transport](MutableBytes bytes, Timestamp) {
      other->receiveFromNetwork(transport, bytes);
    });
  }
  void onDtlsState(TransportIndex, dtls::DtlsState state) override { dtls_states.push_back(state); }
  void onConnectionState(ConnectionState state) override { connection_states.push_back(state); }
  void onMediaState(MediaState state) override { media_states.push_back(state); }
  void onFlowState(rtp::MediaKind kind, FlowDirection direction, FlowState state) override {
    flows.push_back({kind, direction, state});
  }
  void onKeySoftLimit(rtp::MediaKind kind) override { key_soft_limits.push_back(kind); }
  void onApplicationData(TransportIndex, Bytes data) override {
    application_data.emplace_back(data.begin(), data.end());
  }
  void onTimeoutChanged() override { timer_ = peer.nextTimeout(); }

  SimulatedNetwork& network_;
  SeededRandom random_;
  TestPeer* other_ = nullptr;
  Timestamp free_at_{};       // When the link has sent what waits for it.
  Timestamp timer_ = kNever;  // As an owner sets it: only by what the peer tells.

 public:
  rtp::PacketPool pool{4096};
  const rtp::NtpClock clock;
  MediaPeer peer;
};

// A browser and the server's peer for it, with media of the browser running.
class TestCall {
 public:
  static constexpr Duration kVideoInterval = std::chrono::milliseconds(33);
  static constexpr Duration kAudioInterval = std::chrono::milliseconds(20);

  TestCall(SimulatedNetwork& network, std::uint32_t seed,
           const srtp::KeyLifetime& server_lifetime = {})
      : network_(network),
        seed_(seed),
        browser(network, seed),
        server(network, seed + 1, testCertificate(), server_lifetime),
        camera({.kind = rtp::MediaKind::Video,
                .ssrc = rtp::Ssrc(seed * 1000 + 1),
                .first_timestamp = rtp::RtpTimestamp(seed * 7919),
                .first_number = rtp::SequenceNumber(static_cast<std::uint16_t>(65500 + seed))},
               browser.pool, browser.clock),
        microphone({.kind = rtp::MediaKind::Audio,
                    .ssrc = rtp::Ssrc(seed * 1000 + 2),
                    .first_timestamp = rtp::RtpTimestamp(seed * 104729),
                    .first_number = rtp::SequenceNumber(static_cast<std::uint16_t>(seed))},
                   browser.pool, browser.clock) {
    browser.joinTo(server);
    server.joinTo(browser);
  }

  // `server_setup` is the server's DTLS role.
  void start(sdp::SetupRole server_setup = sdp::SetupRole::Active) {
    negotiate(server_setup);
    findPath();
  }
  void negotiate(sdp::SetupRole server_setup = sdp::SetupRole::Active) {
    const TestSsrcs of_browser{rtp::Ssrc(seed_ * 10 + 1), rtp::Ssrc(seed_ * 10 + 2)};
    const TestSsrcs of_server{rtp::Ssrc(seed_ * 10 + 3), rtp::Ssrc(seed_ * 10 + 4)};
    const bool server_is_client = server_setup == sdp::SetupRole::Active;
    const rtp::Ssrc rtx_of_browser(seed_ * 10 + 5), rtx_of_server(seed_ * 10 + 6);
    TestSessionOptions options{
        .setup = server_setup, .local = of_server, .remote = of_browser, .remote_rtx = {}};
    if (is_modern) {
      options.transport_cc = true;
      options.local_rtx = rtx_of_server;
      options.remote_rtx = {{of_browser.video, rtx_of_browser}};
    }
    auto session = testSession(options);
    if (change_server_session) change_server_session(session);
    server.peer.start(session, network_.now());
    options.setup = server_is_client ? sdp::SetupRole::Passive : sdp::SetupRole::Active;
    std::swap(options.local, options.remote);
    if (is_modern) {
      options.local_rtx = rtx_of_browser;
      options.remote_rtx = {{of_server.video, rtx_of_server}};
    }
    auto session_of_browser = testSession(options);
    if (change_browser_session) change_browser_session(session_of_browser);
    browser.peer.start(session_of_browser, network_.now());
    camera.addSink(*browser.peer.sink(rtp::MediaKind::Video), network_.now());
    microphone.addSink(*browser.peer.sink(rtp::MediaKind::Audio), network_.now());
    browser.peer.source(rtp::MediaKind::Video)->addSink(screen, network_.now());
    browser.peer.source(rtp::MediaKind::Audio)->addSink(speaker, network_.now());
  }
  // Of the second transport when there is one, too.
  void findPath() {
    for (const TransportIndex transport : {0, 1}) {
      browser.peer.onTransportReady(transport, network_.now());
      server.peer.onTransportReady(transport, network_.now());
    }
  }

  void startMedia() {
    running_ = true;
    runCamera();
    runMicrophone();
  }
  void stopMedia() { running_ = false; }

  MediaSource& source(rtp::MediaKind kind) { return *server.peer.source(kind); }
  MediaSink& sink(rtp::MediaKind kind) { return *server.peer.sink(kind); }
  // Audio and video of this call's browser to the browser of `viewer`.
  void feed(TestCall& viewer) {
    for (const auto kind : {rtp::MediaKind::Audio, rtp::MediaKind::Video})
      source(kind).addSink(viewer.sink(kind), network_.now());
  }

 private:
  void runCamera() {
    if (!running_) return;
    camera.tellClock(network_.now());
    camera.sendFrame(network_.now());
    network_.after(video_interval, [this] { runCamera(); });
  }
  void runMicrophone() {
    if (!running_) return;
    microphone.tellClock(network_.now());
    microphone.sendFrame(network_.now());
    network_.after(kAudioInterval, [this] { runMicrophone(); });
  }

  SimulatedNetwork& network_;
  const std::uint32_t seed_;
  bool running_ = false;

 public:
  bool is_modern = false;  // Transport-wide feedback and retransmission streams, both ways.
  Duration video_interval = kVideoInterval;
  std::function<void(sdp::NegotiatedSession&)> change_server_session;
  std::function<void(sdp::NegotiatedSession&)> change_browser_session;
  TestPeer browser;
  TestPeer server;
  TestSource camera;
  TestSource microphone;
  TestSink screen{rtp::MediaKind::Video};
  TestSink speaker{rtp::MediaKind::Audio};
};

}  // namespace ms::peer
