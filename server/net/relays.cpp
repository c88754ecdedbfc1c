#include "server/net/relays.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <bitset>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "server/net/outlet.h"
#include "server/net/worker_loops.h"
#include "server/packet/peer/delivery_queue.h"
#include "server/packet/peer/packet_burst.h"
#include "server/packet/peer/sink_list.h"
#include "server/packet/rtp/remb_limiter.h"

namespace ms::net {
namespace {

// A viewer's estimate is forgotten after 10 s without news: what is told again sooner than that,
// and at once when it changed, is never missed.
constexpr Duration kEstimateRefresh = std::chrono::seconds(1);

using KeyFrameWish = std::bitset<peer::kMaxLayers>;  // By layer.

rtp::ViewerId viewerOf(const peer::MediaSink& sink) {
  return rtp::ViewerId(reinterpret_cast<std::uintptr_t>(&sink));
}

int makeEventDescriptor() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

RelayBell::RelayBell() : descriptor_(makeEventDescriptor()) {}

RelayBell::~RelayBell() { close(descriptor_); }

void RelayBell::ring() {
  if (!is_ringing_.exchange(true)) eventfd_write(descriptor_, 1);
}

void RelayBell::answer() {
  eventfd_t count = 0;
  eventfd_read(descriptor_, &count);
  is_ringing_.exchange(false);
}

// What sinks of this loop see of a source on another one.
class Relays::RelaySource final : public peer::MediaSource, private peer::DeliveryQueue::Source {
 public:
  RelaySource(Relays& relays, RelayId id, std::shared_ptr<Outlet> outlet)
      : relays_(relays), id_(id), outlet_(std::move(outlet)) {}
  // Its sinks have left: end() or the last removeSink().
  ~RelaySource() override { relays_.home_.deliveries.remove(*this); }

  RelayId id() const { return id_; }
  const Outlet& outlet() const { return *outlet_; }
  bool isUsed() const { return sinks_.first() != nullptr; }

  rtp::MediaKind kind() const override { return outlet_->kind(); }
  std::optional<peer::CodecFormat> format() const override { return format_; }

  void addSink(peer::MediaSink& sink, Timestamp now) override {
    if (!sinks_.add(sink)) return;
    sink.onSourceAttached(*this, now);
    if (mapping_) sink.onSourceClock(*this, *mapping_);
  }

  void removeSink(peer::MediaSink& sink) override {
    if (!sinks_.remove(sink)) return;
    limiter_.remove(viewerOf(sink));
    sink.onSourceDetached(*this);
    if (!isUsed()) relays_.end_of_turn_.wake();
  }

  // Of the wishes that come while one is on its way, one is sent after it.
  void requestKeyFrame(std::uint8_t layer, Timestamp) override {
    if (layer >= peer::kMaxLayers) return;
    wanted_key_frames_.set(layer);
    maybeSendKeyFrameWish();
  }

  // Measured here: the packets of all layers come through the ring.
  peer::SourceLayers layers(Timestamp now) const override { return rates_.at(now); }

  void setReceiverEstimate(peer::MediaSink& sink, Bitrate estimate, Timestamp now) override {
    if (!sinks_.contains(sink)) return;
    constexpr rtp::RembLimiter::Bounds kAsGiven{.min = Bitrate(0), .max = Bitrate(0)};
    limiter_.set(viewerOf(sink), estimate, kAsGiven, now);
    const auto limit = limiter_.limit(now);
    if (!limit || (limit == told_limit_ && now - told_limit_at_ < kEstimateRefresh)) return;
    told_limit_ = limit;
    told_limit_at_ = now;
    tellLimit(*limit);
  }

  // From the ring.
  void deliver(const RelayRing::Header& header, Bytes bytes, Timestamp now) {
    format_ = header.format;
    if (kind() == rtp::MediaKind::Video) rates_.add(header.layer, bytes.size(), now);
    rtp::PacketRef packet = relays_.home_.pool.copy(bytes, header.arrival);
    if (!packet) return;  // Counted by the pool.
    const auto view = rtp::RtpView::parse(packet.bytes());
    if (!view) return;  // Its source has parsed it already.
    burst_.add({.packet = std::move(packet),
                .view = *view,
                .format = header.format,
                .layer = header.layer});
    if (burst_.isFull()) return deliverBurst(now);
    relays_.home_.deliveries.add(*this);
  }

  void onSourceClock(const rtcp::ClockMapping& mapping) {
    mapping_ = mapping;
    sinks_.forEach([&](peer::MediaSink& sink) { sink.onSourceClock(*this, mapping); });
  }

  void onKeyFrameWishTaken() {
    is_wish_on_its_way_ = false;
    maybeSendKeyFrameWish();
  }

  void end() {
    while (peer::MediaSink* sink = sinks_.first()) removeSink(*sink);
  }

 private:
  void maybeSendKeyFrameWish();
  void tellLimit(Bitrate limit);
  void deliverBurst(Timestamp now) override { burst_.deliver(*this, sinks_, now); }
  // Runs at the other end, if it is still there.
  template <class Call>
  void atTap(Call call) const;

  Relays& relays_;
  const RelayId id_;
  const std::shared_ptr<Outlet> outlet_;
  peer::SinkList sinks_;
  peer::PacketBurst burst_;
  std::optional<peer::CodecFormat> format_;
  std::optional<rtcp::ClockMapping> mapping_;
  rtp::RembLimiter limiter_;
  std::optional<Bitrate> told_limit_;
  Timestamp told_limit_at_{};
  peer::LayerRates rates_;
  KeyFrameWish wanted_key_frames_;
  bool is_wish_on_its_way_ = false;
};

// What the source of this loop sees of sinks on another one.
class Relays::RelayTap final : public peer::MediaSink {
 public:
  RelayTap(Relays& relays, const TapKey& key, Worker& reader, Track& track,
           std::shared_ptr<Outlet> outlet)
      : relays_(relays), key_(key), reader_(reader), track_(track), outlet_(std::move(outlet)) {}
  ~RelayTap() override {
    if (source_) source_->removeSink(*this);
  }

  rtp::MediaKind kind() const override { return outlet_->kind(); }
  bool takes(const peer::CodecFormat&) const override { return true; }  // Its sinks will tell.
  bool isRelay() const override { return true; }

  void onSourceAttached(peer::MediaSource& source, Timestamp) override { source_ = &source; }
  void onSourceDetached(peer::MediaSource&) override {
    source_ = nullptr;
    tellEnd();
  }
  // There is no source any more, or never was.
  void tellEnd() const {
    atSource([](RelaySource& source) { source.end(); });
  }

  void onPacket(const peer::SourcePacket& packet, Timestamp) override {
    track_.ring->write({.relay = key_.relay,
                        .arrival = packet.packet.arrival(),
                        .format = packet.format,
                        .layer = packet.layer},
                       packet.packet.bytes());
  }
  // The other loop need not wait until this one has served its own sinks.
  void onBurstEnd() override { track_.bell->ring(); }

  void onSourceClock(peer::MediaSource&, const rtcp::ClockMapping& mapping) override {
    atSource([mapping](RelaySource& source) { source.onSourceClock(mapping); });
  }

  // From the other end.
  void requestKeyFrames(KeyFrameWish wish) {
    for (std::uint8_t layer = 0; source_ && layer < peer::kMaxLayers; ++layer)
      if (wish.test(layer)) source_->requestKeyFrame(layer, Loop::now());
    atSource([](RelaySource& source) { source.onKeyFrameWishTaken(); });
  }
  void setReceiverEstimate(Bitrate estimate) {
    if (source_) source_->setReceiverEstimate(*this, estimate, Loop::now());
  }

 private:
  // Runs at the other end, if it is still there.
  template <class Call>
  void atSource(Call call) const {
    reader_.post([id = key_.relay, call = std::move(call)](WorkerServices& services) {
      if (RelaySource* source = services.relays.find(id)) call(*source);
    });
  }

  Relays& relays_;
  const TapKey key_;
  Worker& reader_;
  Track& track_;
  const std::shared_ptr<Outlet> outlet_;
  peer::MediaSource* source_ = nullptr;
};

template <class Call>
void Relays::RelaySource::atTap(Call call) const {
  const TapKey key{.reader = &relays_.home_.worker, .relay = id_};
  outlet_->worker().post([key, call = std::move(call)](WorkerServices& services) {
    if (RelayTap* tap = services.relays.findTap(key)) call(*tap);
  });
}

void Relays::RelaySource::maybeSendKeyFrameWish() {
  if (wanted_key_frames_.none() || is_wish_on_its_way_) return;
  is_wish_on_its_way_ = true;
  atTap([wish = std::exchange(wanted_key_frames_, {})](RelayTap& tap) {
    tap.requestKeyFrames(wish);
  });
}

void Relays::RelaySource::tellLimit(Bitrate limit) {
  atTap([limit](RelayTap& tap) { tap.setReceiverEstimate(limit); });
}

Relays::Relays(const Home& home)
    : home_(home),
      poll_id_(home.polls.add(*this)),
      end_of_turn_(home.turns, [this] { endUnused(); }) {
  home_.polls.watch(poll_id_, bell_->descriptor(), EPOLLIN);
}

Relays::~Relays() {
  home_.polls.unwatch(poll_id_, bell_->descriptor());
  home_.polls.remove(poll_id_);
}

peer::MediaSource* Relays::sourceOf(const std::shared_ptr<Outlet>& outlet) {
  if (&outlet->worker() == &home_.worker) return outlet->source();
  auto& source = sources_[outlet.get()];
  if (source) return source.get();
  const RelayId id = next_relay_++;
  source = std::make_unique<RelaySource>(*this, id, outlet);
  by_id_.emplace(id, source.get());
  outlet->worker().post(
      [&reader = home_.worker, bell = bell_, id, outlet](WorkerServices& services) {
        services.relays.addTap(reader, bell, id, outlet);
      });
  end_of_turn_.wake();  // In case that nobody attaches to it.
  return source.get();
}

std::uint64_t Relays::refusals() const {
  std::uint64_t sum = 0;
  for (const auto& [reader, track] : tracks_) sum += track->ring->refusals();
  return sum;
}

// ---- As the reader ----

void Relays::onReady(int, std::uint32_t) {
  bell_->answer();
  readRings();
}

void Relays::readRings() {
  const Timestamp now = Loop::now();
  for (const auto& ring : rings_)
    ring->readAll([&](const RelayRing::Header& header, Bytes packet) {
      if (RelaySource* source = find(header.relay)) source->deliver(header, packet, now);
    });
}

// Not while a packet is on its way through them.
void Relays::endUnused() {
  for (auto at = sources_.begin(); at != sources_.end();) {
    const RelaySource& source = *at->second;
    if (source.isUsed()) {
      ++at;
      continue;
    }
    const TapKey key{.reader = &home_.worker, .relay = source.id()};
    source.outlet().worker().post(
        [key](WorkerServices& services) { services.relays.taps_.erase(key); });
    by_id_.erase(source.id());
    at = sources_.erase(at);
  }
}

Relays::RelaySource* Relays::find(RelayId relay) const {
  const auto found = by_id_.find(relay);
  return found == by_id_.end() ? nullptr : found->second;
}

// ---- As the writer ----

void Relays::addTap(Worker& reader, const std::shared_ptr<RelayBell>& bell, RelayId relay,
                    const std::shared_ptr<Outlet>& outlet) {
  const TapKey key{.reader = &reader, .relay = relay};
  Track& track = trackTo(reader, bell);
  const auto [at, is_new] =
      taps_.emplace(key, std::make_unique<RelayTap>(*this, key, reader, track, outlet));
  if (peer::MediaSource* source = outlet->source())
    source->addSink(*at->second, Loop::now());
  else
    at->second->tellEnd();
}

Relays::RelayTap* Relays::findTap(const TapKey& key) const {
  const auto found = taps_.find(key);
  return found == taps_.end() ? nullptr : found->second.get();
}

// The reader gets the ring before it can get a packet of it: both come to it in this order.
Relays::Track& Relays::trackTo(Worker& reader, const std::shared_ptr<RelayBell>& bell) {
  auto& track = tracks_[&reader];
  if (track) return *track;
  track = std::make_unique<Track>(Track{.ring = std::make_shared<RelayRing>(), .bell = bell});
  reader.post(
      [ring = track->ring](WorkerServices& services) { services.relays.rings_.push_back(ring); });
  return *track;
}

}  // namespace ms::net
