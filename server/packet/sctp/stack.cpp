#include "server/packet/sctp/stack.h"

#include <usrsctp.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "server/packet/sctp/association.h"

namespace ms::sctp {
namespace {

using std::chrono::milliseconds;

// Longer messages are read in parts.
constexpr std::size_t kReadBytes = 64 * 1024;
// A packet that usrsctp still has for an association that is gone must not reach the next one.
constexpr std::size_t kAddressesAtRest = 256;
// usrsctp frees in timers what it could not free at once.
constexpr int kLastTicks = 64;

std::atomic_flag is_in_use;  // Of usrsctp's global state.

void configure() {
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_blackhole(2);  // No answer to what belongs to no association.
  usrsctp_sysctl_set_sctp_auto_asconf(0);
  usrsctp_sysctl_set_sctp_max_chunks_on_queue(Association::kMaxChunks);
  usrsctp_sysctl_set_sctp_initial_cwnd(10);
  usrsctp_sysctl_set_sctp_max_burst_default(10);
  usrsctp_sysctl_set_sctp_fr_max_burst_default(10);
}

}  // namespace

Stack::Stack() : read_buffer_(kReadBytes) {
  if (is_in_use.test_and_set()) std::abort();
  usrsctp_init_nothreads(0, &Stack::onOutput, nullptr);
  configure();
}

Stack::~Stack() {
  if (associations_ > 0) std::abort();
  for (int tick = 0; usrsctp_finish() != 0 && tick < kLastTicks; ++tick)
    usrsctp_handle_timers(static_cast<std::uint32_t>(kTick / milliseconds(1)));
  is_in_use.clear();
}

Timestamp Stack::nextTimeout() const { return associations_ > 0 ? last_tick_ + kTick : kNever; }

void Stack::handleTimeout(Timestamp now) {
  if (associations_ == 0 || now < last_tick_ + kTick) return;
  const auto elapsed = std::chrono::floor<milliseconds>(now - last_tick_);
  last_tick_ += elapsed;
  usrsctp_handle_timers(static_cast<std::uint32_t>(elapsed.count()));
  markBlocked();
  serveMarked();
}

Stack::Address& Stack::takeAddress(Association& owner, Timestamp now) {
  if (associations_++ == 0) last_tick_ = now;
  Address* address = nullptr;
  if (unused_.size() > kAddressesAtRest) {
    address = unused_.front();
    unused_.pop_front();
  } else {
    address = &addresses_.emplace_back();
    usrsctp_register_address(address);  // For good: removing one wakes the library's own thread.
  }
  *address = {.stack = this, .owner = &owner};
  return *address;
}

void Stack::giveBack(Address& address) {
  std::erase(marked_, address.owner);
  address.owner = nullptr;
  unused_.push_back(&address);
  --associations_;
}

void Stack::mark(Association& association) {
  if (std::ranges::find(marked_, &association) == marked_.end()) marked_.push_back(&association);
}

// What is served may mark others, and is then within the first call.
void Stack::serveMarked() {
  if (std::exchange(is_serving_, true)) return;
  while (!marked_.empty()) {
    Association* const next = marked_.front();
    marked_.erase(marked_.begin());
    next->serve();
  }
  is_serving_ = false;
}

// Messages whose lifetime has passed leave the buffer without a word from the peer.
void Stack::markBlocked() {
  for (const Address& address : addresses_)
    if (address.owner && address.owner->is_send_blocked_) mark(*address.owner);
}

int Stack::onOutput(void* address, void* packet, std::size_t bytes, unsigned char, unsigned char) {
  const auto* const from = static_cast<Address*>(address);
  if (from->owner) from->owner->onOutput({static_cast<const std::uint8_t*>(packet), bytes});
  return 0;
}

}  // namespace ms::sctp
