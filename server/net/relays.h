// How the packets of a source reach sinks on other loops: one relay per source and loop, however
// many sinks it has there.
//
//   loop of the source:  MediaSource -> RelayTap (its sink) -> RelayRing
//   loop of the sinks:   RelayRing -> RelaySource (their source) -> MediaSink, MediaSink, ...
//
// Packets go through the ring of the two loops; the reader is woken once per burst of a source.
// What is rare goes by posts: clock mappings, wishes for key frames, estimates, the beginning and
// the end. A relay ends when its last sink leaves or its source does. See docs/decisions/0014.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "server/net/end_of_turn.h"
#include "server/net/poll_set.h"
#include "server/net/relay_ring.h"

namespace ms::peer {
class DeliveryQueue;
class MediaSource;
}  // namespace ms::peer

namespace ms::rtp {
class PacketPool;
}

namespace ms::net {

class Outlet;
class Worker;

using RelayId = std::uint32_t;

// Wakes a loop that has packets waiting in its rings.
class RelayBell {
 public:
  RelayBell();
  ~RelayBell();
  RelayBell(const RelayBell&) = delete;
  RelayBell& operator=(const RelayBell&) = delete;

  int descriptor() const { return descriptor_; }
  // Any thread; one system call for any number of rings since the last answer().
  void ring();
  // Before the rings are read: what is written from now on rings again.
  void answer();

 private:
  const int descriptor_;
  std::atomic<bool> is_ringing_ = false;
};

// All relays of one worker, in both directions. Made, used and destroyed on its loop.
class Relays final : private PollSet::Owner {
 public:
  struct Home {
    Worker& worker;
    PollSet& polls;
    EndOfTurn& turns;
    peer::DeliveryQueue& deliveries;
    rtp::PacketPool& pool;
  };
  explicit Relays(const Home& home);
  ~Relays() override;
  Relays(const Relays&) = delete;
  Relays& operator=(const Relays&) = delete;

  // What sinks of this loop attach to in order to get what leaves at `outlet`: its source when it
  // lives here, else the relay. Null when the source is not there. A relay to which nothing is
  // attached at the end of the turn is ended.
  peer::MediaSource* sourceOf(const std::shared_ptr<Outlet>& outlet);

  // Relays that bring packets to this loop, and that take some away from it.
  std::size_t incoming() const { return sources_.size(); }
  std::size_t outgoing() const { return taps_.size(); }
  // Packets that found the ring to another loop full.
  std::uint64_t refusals() const;

 private:
  class RelaySource;
  class RelayTap;
  struct Track {  // To one other loop.
    std::shared_ptr<RelayRing> ring;
    std::shared_ptr<RelayBell> bell;
  };
  struct TapKey {
    const Worker* reader;
    RelayId relay;
    friend bool operator==(const TapKey&, const TapKey&) = default;
  };
  struct TapKeyHash {
    std::size_t operator()(const TapKey& key) const {
      return std::hash<const void*>()(key.reader) ^ (std::size_t{key.relay} << 4);
    }
  };

  // As the reader.
  void onReady(int descriptor, std::uint32_t events) override;
  void readRings();
  void endUnused();
  RelaySource* find(RelayId relay) const;

  // As the writer.
  void addTap(Worker& reader, const std::shared_ptr<RelayBell>& bell, RelayId relay,
              const std::shared_ptr<Outlet>& outlet);
  RelayTap* findTap(const TapKey& key) const;
  Track& trackTo(Worker& reader, const std::shared_ptr<RelayBell>& bell);

  const Home home_;
  const std::shared_ptr<RelayBell> bell_ = std::make_shared<RelayBell>();
  PollSet::OwnerId poll_id_;
  EndOfTurn::Hook end_of_turn_;

  RelayId next_relay_ = 1;
  std::unordered_map<const Outlet*, std::unique_ptr<RelaySource>> sources_;
  std::unordered_map<RelayId, RelaySource*> by_id_;
  std::vector<std::shared_ptr<RelayRing>> rings_;

  std::unordered_map<TapKey, std::unique_ptr<RelayTap>, TapKeyHash> taps_;
  std::unordered_map<const Worker*, std::unique_ptr<Track>> tracks_;
};

}  // namespace ms::net
