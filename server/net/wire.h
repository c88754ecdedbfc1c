// The way of one peer's SCTP packets between two loops: that of its DTLS connection and that of its
// association. Packets of one turn of a loop cross with one post; beyond a limit they are lost, as
// on a network, and SCTP sends them again.
//
// Each loop has a WireEnd; either may go first, and what comes for it then is dropped.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/base/bytes.h"
#include "server/base/loop.h"
#include "server/net/end_of_turn.h"

namespace ms::net {

enum class WireSide : std::uint8_t { Peer, Association };

// Told on the loop of its end.
class WireReceiver {
 public:
  // The other side has become able to carry packets; or not any more.
  virtual void onWireReady() = 0;
  virtual void onWireLost() = 0;
  virtual void onWirePacket(Bytes packet) = 0;

 protected:
  ~WireReceiver() = default;
};

class Wire {
 public:
  // Of one direction, on their way.
  static constexpr std::size_t kMaxWaitingBytes = 1024 * 1024;

  // The loops of both sides outlive it.
  Wire(Loop& peer, Loop& association) : loops_{&peer, &association} {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Packets that were lost on their way to this side. Any thread.
  std::uint64_t refusals(WireSide to) const {
    return halves_[index(to)].refusals.load(std::memory_order_relaxed);
  }

 private:
  friend class WireEnd;

  struct Half {
    WireReceiver* receiver = nullptr;  // Touched on this side's loop only.
    std::atomic<std::size_t> waiting_bytes = 0;
    std::atomic<std::uint64_t> refusals = 0;
  };
  static std::size_t index(WireSide side) { return static_cast<std::size_t>(side); }

  const std::array<Loop*, 2> loops_;
  std::array<Half, 2> halves_;
};

using WirePtr = std::shared_ptr<Wire>;

// Made, used and destroyed on its side's loop, whose turns it is given.
class WireEnd {
 public:
  WireEnd(WirePtr wire, WireSide side, EndOfTurn& turns, WireReceiver& receiver);
  ~WireEnd();
  WireEnd(const WireEnd&) = delete;
  WireEnd& operator=(const WireEnd&) = delete;

  // To the other side: after what was sent before.
  void sendReady();
  void sendLost();
  void send(Bytes packet);

 private:
  // Packets one after another.
  struct Batch {
    std::vector<std::uint8_t> bytes;
    std::vector<std::size_t> sizes;
  };

  void flush();
  void post(void (WireReceiver::*what)());
  Wire::Half& other() { return wire_->halves_[1 - Wire::index(side_)]; }
  Loop& otherLoop() { return *wire_->loops_[1 - Wire::index(side_)]; }

  const WirePtr wire_;
  const WireSide side_;
  Batch batch_;
  EndOfTurn::Hook hook_;
};

}  // namespace ms::net
