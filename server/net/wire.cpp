#include "server/net/wire.h"

#include <utility>

namespace ms::net {

WireEnd::WireEnd(WirePtr wire, WireSide side, EndOfTurn& turns, WireReceiver& receiver)
    : wire_(std::move(wire)), side_(side), hook_(turns, [this] { flush(); }) {
  wire_->loops_[Wire::index(side_)]->assertHere();
  wire_->halves_[Wire::index(side_)].receiver = &receiver;
}

WireEnd::~WireEnd() {
  flush();  // The last word (ABORT) still goes out.
  wire_->halves_[Wire::index(side_)].receiver = nullptr;
}

void WireEnd::sendReady() { post(&WireReceiver::onWireReady); }
void WireEnd::sendLost() { post(&WireReceiver::onWireLost); }

void WireEnd::post(void (WireReceiver::*what)()) {
  flush();
  otherLoop().post([wire = wire_, &to = other(), what] {
    if (to.receiver) (to.receiver->*what)();
  });
}

void WireEnd::send(Bytes packet) {
  Wire::Half& to = other();
  if (to.waiting_bytes.load(std::memory_order_relaxed) + packet.size() > Wire::kMaxWaitingBytes) {
    to.refusals.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  to.waiting_bytes.fetch_add(packet.size(), std::memory_order_relaxed);
  batch_.bytes.insert(batch_.bytes.end(), packet.begin(), packet.end());
  batch_.sizes.push_back(packet.size());
  hook_.wake();
}

// A receiver may end its side in the middle of a batch.
void WireEnd::flush() {
  if (batch_.sizes.empty()) return;
  otherLoop().post([wire = wire_, &to = other(), batch = std::exchange(batch_, {})] {
    Bytes rest = batch.bytes;
    for (const std::size_t size : batch.sizes) {
      if (to.receiver) to.receiver->onWirePacket(rest.first(size));
      rest = rest.subspan(size);
    }
    to.waiting_bytes.fetch_sub(batch.bytes.size(), std::memory_order_relaxed);
  });
}

}  // namespace ms::net
