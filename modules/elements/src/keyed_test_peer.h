// For tests: the remote peer of a WebRtcEndpoint, over real sockets, that negotiates as it should
// and then sends whatever it is told to, sealed with the keys of the call where that is asked for.
// It offers VP8 video both ways and data channels.
//
// Made on any thread; the fields are read and written on its worker only.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/net/data_session.h"
#include "server/net/ice_test_peer.h"
#include "server/net/worker_loops.h"
#include "server/packet/dtls/dtls_session.h"
#include "server/packet/peer/raw_peer.h"
#include "server/packet/sctp/test_sctp.h"
#include "server/packet/sdp/attributes.h"
#include "server/packet/srtp/srtp_session.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::elements {

class KeyedTestPeer final : private net::IceObserver,
                            private dtls::DtlsObserver,
                            private net::WireReceiver {
 public:
  using Datagram = std::vector<std::uint8_t>;

  static constexpr rtp::Ssrc kVideo{2};
  static constexpr std::uint16_t kSctpPort = 5000;

  explicit KeyedTestPeer(net::SctpLoop& sctp) : sctp_(sctp) {
    onLoop([&] {
      net::IceConfig ice = net::onLoopback();
      ice.role = net::IceRole::Controlling;
      ice.tcp = net::IceTcp::Off;
      agent_ = std::make_unique<net::IceAgent>(worker_, ice, static_cast<net::IceObserver&>(*this));
    });
  }
  ~KeyedTestPeer() override {
    sctp_.loop().runAndWait([&] { application.reset(); });
    onLoop([&] {
      data_.reset();
      wire_end_.reset();
      agent_.reset();
    });
    sctp_.drain();
  }

  void onLoop(Task task) { worker_.loop().runAndWait(std::move(task)); }
  template <class Question>
  auto ask(Question question) {
    decltype(question()) answer{};
    onLoop([&] { answer = question(); });
    return answer;
  }
  // Waits on the test's thread until `holds`, asked on the worker, is true.
  bool waitUntil(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + net::kPatience;
    while (std::chrono::steady_clock::now() < end) {
      if (ask(holds)) return true;
      std::this_thread::yield();
    }
    return false;
  }

  std::string offer() {
    return ask([&] {
      const ice::Credentials credentials = agent_->localCredentials();
      const std::string transport =
          "c=IN IP4 0.0.0.0\r\na=setup:actpass\r\na=ice-ufrag:" + credentials.ufrag +
          "\r\na=ice-pwd:" + credentials.pwd +
          "\r\na=fingerprint:" + peer::testCertificate().fingerprint().toText() + "\r\n";
      return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
             "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" +
             transport +
             "a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"
             "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=ssrc:" +
             std::to_string(*kVideo) +
             " cname:keyed\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + transport +
             "a=mid:1\r\na=sctp-port:" + std::to_string(kSctpPort) + "\r\n";
    });
  }
  // Of the endpoint, which is the client of the DTLS handshake. Candidates are found from now on.
  void takeAnswer(const std::string& text) {
    onLoop([&] {
      const auto answer = sdp::SessionDescription::parse(text);
      ASSERT_TRUE(answer);
      const auto& media = answer->media.front();
      const auto fingerprint = dtls::Fingerprint::parse(media.value("fingerprint").value_or(""));
      const auto credentials = sdp::credentialsOf(media);
      ASSERT_TRUE(fingerprint && credentials);
      dtls_ = std::make_unique<dtls::DtlsSession>(peer::testCertificate(), dtls::DtlsRole::Server,
                                                  std::vector{*fingerprint},
                                                  static_cast<dtls::DtlsObserver&>(*this));
      data_ = std::make_unique<net::DataSession>(
          worker_.loop(), worker_.loop(), sctp_,
          sctp::DataPeerConfig{.role = sctp::Role::Server,
                               .ports = {.local = kSctpPort, .remote = kSctpPort}},
          heard_);
      worker_.loop().assertHere();
      wire_end_ = std::make_unique<net::WireEnd>(data_->wire(), net::WireSide::Peer,
                                                 worker_.services().turns,
                                                 static_cast<net::WireReceiver&>(*this));
      agent_->setRemoteCredentials(*credentials);
      agent_->gather();
    });
  }
  void addCandidate(const ice::Candidate& candidate) {
    onLoop([&] { (void)agent_->addRemoteCandidate(candidate); });
  }
  bool connects() {
    return waitUntil([&] { return srtp_ && heard_->is_connected; });
  }

  // An open data channel with an application at its end.
  bool openChannel() {
    onLoop([&] { data_->open({.label = "chat"}); });
    if (!waitUntil([&] { return heard_->is_open; })) return false;
    const auto said = std::make_shared<net::DataOutlet>(sctp_.loop());
    sctp_.loop().runAndWait([&] {
      application = std::make_unique<sctp::TestApplication>();
      said->open(*application);
    });
    onLoop([&] { data_->setSource(said); });
    worker_.loop().runAndWait([] {});
    sctp_.loop().runAndWait([&] { data_->outlet()->source()->addSink(*application); });
    return true;
  }
  // Whether what is said on the channel comes back.
  bool isEchoed(const std::string& text) {
    sctp_.loop().runAndWait([&] { application->say(text); });
    return waitUntilOnSctp([&] {
      return !application->received.empty() && application->received.back().text == text;
    });
  }

  // A picture that is in order, and whether it comes back.
  bool isVideoReturned() {
    const auto before = ask([&] { return video_returned; });
    onLoop([&] { sendRtp(nextPicture()); });
    return waitUntil([&] { return video_returned > before; });
  }

  // On the loop, once connected; empty when SRTP will not seal such a thing.
  void sendRtp(const Datagram& plain) {
    seal(plain, [&](Datagram& d) { return srtp_->protectRtp(d, plain.size()); });
  }
  void sendRtcp(const Datagram& plain) {
    seal(plain, [&](Datagram& d) { return srtp_->protectRtcp(d, plain.size()); });
  }
  void sendInDtls(Bytes bytes) { EXPECT_TRUE(dtls_->sendApplicationData(bytes)); }
  void sendBare(Bytes datagram) { agent_->send(datagram); }
  Datagram nextPicture(std::size_t payload_bytes = 100) {
    const std::uint16_t number = next_++;
    return peer::vp8Packet(kVideo, number, number * 900u, number % 50 == 0, payload_bytes);
  }

  std::vector<ice::Candidate> candidates;  // Its own.
  std::uint64_t video_returned = 0;
  Datagram last_sctp;                                  // Of our own association, as sent.
  std::unique_ptr<sctp::TestApplication> application;  // On the loop of SCTP.

 private:
  struct Heard final : net::DataSessionObserver {
    void onDataConnected() override { is_connected = true; }
    void onDataClosed() override {}
    void onChannelOpened(sctp::StreamId) override { is_open = true; }
    void onChannelClosed(sctp::StreamId) override {}
    void onDataFlow(sctp::DataDirection, sctp::DataFlow) override {}
    void onChannelRefused(sctp::Drop) override {}
    bool is_connected = false, is_open = false;
  };

  template <class Protect>
  void seal(const Datagram& plain, Protect protect) {
    Datagram datagram = plain;
    datagram.resize(plain.size() + srtp::SrtpSession::kMaxTrailerBytes);
    if (const auto size = protect(datagram)) agent_->send(Bytes(datagram).first(*size));
  }
  bool waitUntilOnSctp(const std::function<bool()>& holds) {
    return waitUntil([&] {
      bool is_so = false;
      sctp_.loop().runAndWait([&] { is_so = holds(); });
      return is_so;
    });
  }

  void onIceCandidate(const ice::Candidate& candidate) override { candidates.push_back(candidate); }
  void onIceGatheringDone() override {}
  void onIceState(net::IceState state) override {
    if (state == net::IceState::Connected) maybeStartDtls();
  }
  void onIceSelectedPair(const ice::Candidate&, const ice::Candidate&) override {}
  void onIceDatagram(MutableBytes datagram, Timestamp now) override {
    const auto kind = stun::datagramKind(datagram);
    if (kind == stun::DatagramKind::Dtls) {
      maybeStartDtls();
      dtls_->receive(datagram, now);
    } else if (kind == stun::DatagramKind::Rtp && srtp_ && srtp_->unprotectRtp(datagram)) {
      ++video_returned;
    }
  }
  void maybeStartDtls() {
    if (dtls_ && dtls_->state() == dtls::DtlsState::New) dtls_->start(Loop::now());
  }

  void onDtlsDatagram(Bytes datagram) override { agent_->send(datagram); }
  void onDtlsState(dtls::DtlsState state) override {
    if (state != dtls::DtlsState::Connected) return;
    srtp_.emplace(*srtp::SrtpSession::make(*dtls_->srtpKeys()));
    wire_end_->sendReady();
  }
  void onDtlsApplicationData(Bytes data) override { wire_end_->send(data); }

  void onWireReady() override {}
  void onWireLost() override {}
  void onWirePacket(Bytes packet) override {
    last_sctp.assign(packet.begin(), packet.end());
    dtls_->sendApplicationData(packet);
  }

  net::SctpLoop& sctp_;
  net::Worker worker_{"keyed"};
  std::unique_ptr<net::IceAgent> agent_;
  std::unique_ptr<dtls::DtlsSession> dtls_;
  std::optional<srtp::SrtpSession> srtp_;
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
  std::unique_ptr<net::DataSession> data_;
  std::unique_ptr<net::WireEnd> wire_end_;
  std::uint16_t next_ = 0;
};

}  // namespace ms::elements
