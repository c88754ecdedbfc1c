#include "bench/load/room.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "bench/load/rtp_peer.h"
#include "bench/load/webrtc_peer.h"
#include "server/net/local_addresses.h"

namespace ms::load {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::milliseconds kPoll{20};
constexpr std::uint32_t kFirstPublisherSsrc = 0x10ad0000;
constexpr std::uint32_t kFirstViewerSsrc = 0x20ad0000;

// The first one that other machines could reach, else loopback.
std::string ownAddress() {
  const auto all = net::interfaceAddresses();
  for (const auto& candidate : all) {
    if (candidate.scope == net::InterfaceAddress::Scope::Global &&
        ice::addressKind(candidate.address) == ice::AddressKind::Ipv4)
      return candidate.address;
  }
  return "127.0.0.1";
}

dtls::Certificate makeCertificate() {
  auto certificate =
      dtls::Certificate::makeSelfSigned(dtls::KeyType::Ecdsa, std::chrono::system_clock::now());
  if (!certificate) throw LoadError("no certificate: " + certificate.error());
  return *certificate;
}

SyntheticStream::Pace paceOf(const Settings& settings) {
  return {.kbps = settings.kbps, .frames_per_second = settings.frames_per_second};
}

}  // namespace

Stage::Stage(const Settings& of)
    : settings(of),
      address(of.address.empty() ? ownAddress() : of.address),
      format(mediaFormat(of.codec)),
      certificate(makeCertificate()),
      client(of.url),
      session(client) {}

Peer& Stage::makePeer(const std::string& endpoint_type, PeerLoop& loop, Flow flow, Depth depth,
                      std::uint32_t ssrc) {
  PeerSettings peer{.address = address,
                    .format = format,
                    .flow = flow,
                    .depth = depth,
                    .joining = settings.joins_datagrams ? Joining::On : Joining::Off,
                    .ssrc = ssrc};
  if (endpoint_type == "RtpEndpoint") return loop.make<RtpPeer>(std::move(peer));
  return loop.make<WebRtcPeer>(std::move(peer), certificate);
}

Room::Room(Stage& stage, std::size_t number)
    : stage_(stage),
      pipeline_(stage.session.createPipeline()),
      endpoint_(stage.session.createEndpoint(stage.settings.source, pipeline_)),
      publisher_(stage.makePeer(stage.settings.source, stage.sending, Flow::Send, Depth::Count,
                                kFirstPublisherSsrc + static_cast<std::uint32_t>(number))),
      baseline_(stage.makePeer("RtpEndpoint", stage.receiving, Flow::Receive, Depth::Whole, 0)) {
  negotiate(stage_.settings.source, endpoint_, publisher_);
  const Timestamp deadline = Loop::now() + kConnectTimeout;
  for (bool is_connected = false; !is_connected;) {
    stage_.sending.loop().runAndWait([&] { is_connected = publisher_.isConnected(); });
    if (!is_connected && Loop::now() > deadline)
      throw LoadError("the publisher finds no path to the server");
    if (!is_connected) std::this_thread::sleep_for(kPoll);
  }
  sender_ = std::make_unique<StreamSender>(
      publisher_,
      SyntheticStream(stage_.format, paceOf(stage_.settings),
                      kFirstPublisherSsrc + static_cast<std::uint32_t>(number)),
      stage_.address, static_cast<RtpPeer&>(baseline_).port());
  sender_->start();
}

Room::~Room() {
  if (sender_) sender_->pause();
  try {
    stage_.session.release(pipeline_);
  } catch (const LoadError&) {  // The server is gone; the scenario has seen that.
  }
}

void Room::join(Depth depth) {
  const Timestamp begin = Loop::now();
  const std::string& type = stage_.settings.sink;
  const std::string endpoint = stage_.session.createEndpoint(type, pipeline_);
  stage_.session.connect(endpoint_, endpoint);
  std::uint32_t ssrc = kFirstViewerSsrc;
  {
    const std::lock_guard lock(mutex_);
    ssrc += static_cast<std::uint32_t>(viewers_.size());
  }
  Peer& peer = stage_.makePeer(type, stage_.receiving, Flow::Receive, depth, ssrc);
  {
    const std::lock_guard lock(mutex_);
    viewers_.push_back({&peer, begin});
  }
  negotiate(type, endpoint, peer);
}

void Room::negotiate(const std::string& type, const std::string& endpoint, Peer& peer) {
  if (type == "RtpEndpoint")
    stage_.session.negotiateRtp(endpoint, peer);
  else
    stage_.session.negotiateWebRtc(endpoint, peer);
}

std::vector<std::string> inParallel(std::size_t count, std::size_t threads,
                                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<std::string> failures;
  std::vector<std::jthread> workers;
  for (std::size_t thread = 0; thread < std::min(threads, count); ++thread) {
    workers.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) {
        try {
          work(i);
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex);
          failures.emplace_back(error.what());
        }
      }
    });
  }
  workers.clear();
  return failures;
}

}  // namespace ms::load
