#include "server/net/rtp_transport.h"

#include <algorithm>
#include <utility>

#include "server/net/drop_log.h"
#include "server/net/outlet.h"
#include "server/net/timer_tick.h"
#include "server/net/worker_loops.h"
#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::net {
namespace {

constexpr std::size_t kPayloadTypes = 128;

SymmetricRtp::Trust trustOf(const sdp::NegotiatedMedia& media) {
  return media.crypto ? SymmetricRtp::Trust::Authenticated : SymmetricRtp::Trust::None;
}

bool isRtp(Bytes datagram) {
  const auto kind = stun::datagramKind(datagram);
  return kind && *kind == stun::DatagramKind::Rtp &&
         datagram.size() >= rtp::RtpView::kFixedHeaderBytes;
}

// In clear also with SRTP (RFC 3711 §3.1).
rtp::SequenceNumber numberOf(Bytes packet) { return rtp::SequenceNumber(loadBe16(packet, 2)); }
rtp::Ssrc ssrcOf(Bytes packet) { return rtp::Ssrc(loadBe32(packet, 8)); }

}  // namespace

// One m-line: two sockets, and who is at their other end.
class RtpTransport::Path {
 public:
  Path(RtpTransport& owner, TransportIndex transport, const sdp::NegotiatedMedia& media,
       PortPair ports)
      : owner_(owner),
        transport_(transport),
        trust_(trustOf(media)),
        addresses_(media.target.value_or(sdp::RtpTarget{}), trust_),
        rtp_(*this, peer::Component::Rtp, std::move(ports.rtp)),
        rtcp_(*this, peer::Component::Rtcp, std::move(ports.rtcp)) {
    for (const sdp::NegotiatedCodec& codec : media.codecs) {
      payload_types_.set(*codec.payload_type % kPayloadTypes);
      if (codec.rtx_payload_type) payload_types_.set(**codec.rtx_payload_type % kPayloadTypes);
    }
  }

  // The description may have said where to send.
  void begin() { useAddresses(); }
  void onBye() { addresses_.onBye(); }
  void send(peer::Component component, Bytes datagram) {
    (component == peer::Component::Rtp ? rtp_ : rtcp_).socket.send(datagram);
  }

 private:
  struct Port : UdpSocketObserver {
    Port(Path& path, peer::Component which, BoundSocket bound)
        : owner(path), component(which), socket(path.owner_.worker_, std::move(bound), *this) {}
    void onUdpDatagram(MutableBytes datagram, const SocketAddress& from, Timestamp now) override {
      if (component == peer::Component::Rtp)
        owner.receiveOnRtp(datagram, from, now);
      else
        owner.receiveOnRtcp(datagram, from, now);
    }
    Path& owner;
    const peer::Component component;
    UdpSocket socket;
  };

  struct Held {
    SocketAddress from;
    std::vector<std::uint8_t> datagram;
  };

  void receiveOnRtp(MutableBytes datagram, const SocketAddress& from, Timestamp now);
  void receiveOnRtcp(MutableBytes datagram, const SocketAddress& from, Timestamp now);
  bool isAuthentic(MutableBytes datagram, Timestamp now);
  void give(MutableBytes datagram, Timestamp now) {
    owner_.peer_.receive(transport_, datagram, now);
  }
  void hold(Bytes datagram, const SocketAddress& from);
  void learn(Timestamp now);
  void useAddresses();

  RtpTransport& owner_;
  const TransportIndex transport_;
  const SymmetricRtp::Trust trust_;
  std::bitset<kPayloadTypes> payload_types_;
  SymmetricRtp addresses_;
  std::vector<Held> held_;  // At most kMaxHeldDatagrams; empty once it is clear who sends.
  Port rtp_;
  Port rtcp_;
};

void RtpTransport::Path::receiveOnRtp(MutableBytes datagram, const SocketAddress& from,
                                      Timestamp now) {
  using Verdict = SymmetricRtp::Verdict;
  const bool is_rtp = isRtp(datagram);
  if (trust_ == SymmetricRtp::Trust::Authenticated) {
    const rtp::SequenceNumber number = is_rtp ? numberOf(datagram) : rtp::SequenceNumber(0);
    const rtp::Ssrc ssrc = is_rtp ? ssrcOf(datagram) : rtp::Ssrc(0);
    if (!isAuthentic(datagram, now)) return;
    if (is_rtp && addresses_.onRtp(from, ssrc, number, now) == Verdict::Learned) learn(now);
    return;
  }
  const bool is_valid = is_rtp && payload_types_.test(datagram[1] & 0x7f) &&
                        rtp::RtpView::parse(datagram).has_value();
  const Verdict verdict = is_valid
                              ? addresses_.onRtp(from, ssrcOf(datagram), numberOf(datagram), now)
                              : addresses_.onOther(from);
  switch (verdict) {
    case Verdict::Learned:
      learn(now);
      [[fallthrough]];
    case Verdict::Take:
      return give(datagram, now);
    case Verdict::Hold:
      return hold(datagram, from);
    case Verdict::Refuse:
      ++owner_.counters_.strangers;
      return;
  }
}

void RtpTransport::Path::receiveOnRtcp(MutableBytes datagram, const SocketAddress& from,
                                       Timestamp now) {
  using Verdict = SymmetricRtp::Verdict;
  if (trust_ == SymmetricRtp::Trust::Authenticated) {
    if (isAuthentic(datagram, now) && addresses_.onRtcp(from, now) == Verdict::Learned) learn(now);
    return;
  }
  const bool is_valid = rtcp::CompoundView::parse(datagram).has_value();
  const Verdict verdict = is_valid ? addresses_.onRtcp(from, now) : Verdict::Refuse;
  if (verdict == Verdict::Refuse) {
    ++owner_.counters_.strangers;
    return;
  }
  if (verdict == Verdict::Learned) learn(now);
  give(datagram, now);
}

// Gives it to the peer, who alone can tell.
bool RtpTransport::Path::isAuthentic(MutableBytes datagram, Timestamp now) {
  const std::uint64_t before = owner_.peer_.authenticated(transport_);
  give(datagram, now);
  if (owner_.peer_.authenticated(transport_) > before) return true;
  ++owner_.counters_.strangers;
  return false;
}

void RtpTransport::Path::hold(Bytes datagram, const SocketAddress& from) {
  ++owner_.counters_.held;
  if (held_.size() >= kMaxHeldDatagrams) {
    held_.erase(held_.begin());
    ++owner_.counters_.given_up;
  }
  held_.push_back({from, {datagram.begin(), datagram.end()}});
}

// The first packets of a stream are the ones that a decoder needs most.
void RtpTransport::Path::learn(Timestamp now) {
  ++owner_.counters_.times_learned;
  useAddresses();
  if (!addresses_.source()) return;
  for (Held& held : std::exchange(held_, {})) {
    if (held.from == addresses_.source())
      give(held.datagram, now);
    else
      ++owner_.counters_.given_up;
  }
}

void RtpTransport::Path::useAddresses() {
  if (const auto rtcp = addresses_.rtcpDestination()) rtcp_.socket.setRemote(*rtcp);
  const auto rtp = addresses_.rtpDestination();
  if (!rtp) return;
  rtp_.socket.setRemote(*rtp);
  owner_.peer_.onTransportReady(transport_, Loop::now());
}

RtpTransport::RtpTransport(Worker& worker, const rtp::NtpClock& clock,
                           RtpTransportObserver& observer)
    : worker_(worker),
      observer_(&observer),
      timer_(worker.loop()),
      peer_({.pool = (worker.loop().assertHere(), worker.services().pool),
             .random = worker.services().random,
             .certificate = std::nullopt,
             .clock = clock,
             .deliveries = &worker.services().deliveries},
            *this) {}

RtpTransport::~RtpTransport() { stop(); }

void RtpTransport::start(const sdp::NegotiatedSession& session, std::vector<MediaPorts> ports) {
  if (!observer_ || !paths_.empty()) return;
  sdp::NegotiatedSession served = session;
  served.media.clear();
  for (const sdp::NegotiatedMedia& media : session.media) {
    const auto own = std::ranges::find(ports, media.kind, &MediaPorts::kind);
    if (own == ports.end()) continue;
    paths_.push_back(std::make_unique<Path>(*this, paths_.size(), media, std::move(own->ports)));
    served.media.push_back(media);
    ports.erase(own);
  }
  peer_.start(served, Loop::now());
  for (const auto& path : paths_) path->begin();
  lookAtTime();
}

void RtpTransport::publish(const OutletPtr& outlet) {
  peer::MediaSource* source = observer_ ? peer_.source(outlet->kind()) : nullptr;
  if (!source) return;
  outlet->open(*source);
  outlets_.push_back(outlet);
}

void RtpTransport::setSource(rtp::MediaKind kind, const OutletPtr& outlet) {
  if (!observer_) return;
  worker_.loop().assertHere();
  peer::MediaSource* source = outlet ? worker_.services().relays.sourceOf(outlet) : nullptr;
  peer_.setSource(kind, source, Loop::now());
}

void RtpTransport::stop() {
  if (!std::exchange(observer_, nullptr)) return;
  timer_.cancel();
  for (const OutletPtr& outlet : std::exchange(outlets_, {})) outlet->close();
  peer_.stop(Loop::now());
  logDrops(peer_);
  paths_.clear();
}

void RtpTransport::lookAtTime() {
  if (!observer_) return;
  const Timestamp due = onTick(peer_.nextTimeout(), Loop::now());
  if (due == kNever || (timer_.isPending() && timer_due_ <= due)) return;
  timer_due_ = due;
  timer_.startAt(due, [this] { onTimer(); });
}

void RtpTransport::onTimer() {
  const Timestamp now = Loop::now();
  if (peer_.nextTimeout() <= now) peer_.handleTimeout(now);
  lookAtTime();
}

void RtpTransport::onDatagram(TransportIndex transport, peer::Component component, Bytes datagram) {
  if (transport < paths_.size()) paths_[transport]->send(component, datagram);
}

void RtpTransport::onConnectionState(peer::ConnectionState state) {
  tell([&](auto& told) { told.onConnectionState(state); });
}

void RtpTransport::onMediaState(peer::MediaState state) {
  if (state == peer::MediaState::Disconnected)
    for (const auto& path : paths_) path->onBye();
  tell([&](auto& told) { told.onMediaState(state); });
}

void RtpTransport::onFlowState(rtp::MediaKind kind, peer::FlowDirection direction,
                               peer::FlowState state) {
  tell([&](auto& told) { told.onFlowState(kind, direction, state); });
}

void RtpTransport::onSourceFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
  tell([&](auto& told) { told.onSourceFormat(kind, format); });
}

void RtpTransport::onKeySoftLimit(rtp::MediaKind kind) {
  tell([&](auto& told) { told.onKeySoftLimit(kind); });
}

}  // namespace ms::net
