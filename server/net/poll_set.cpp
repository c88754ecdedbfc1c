#include "server/net/poll_set.h"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <system_error>

namespace ms::net {
namespace {

// So that one round of foreign sockets does not keep the loop's own work waiting.
constexpr int kMaxEventsPerRound = 64;

std::uint64_t pack(PollSet::OwnerId id, int descriptor) {
  return std::uint64_t{id} << 32 | static_cast<std::uint32_t>(descriptor);
}

int makeEpoll() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return descriptor;
}

}  // namespace

// Shared with the pending wait, which may be queued when the set is gone.
struct PollSet::Parts : std::enable_shared_from_this<Parts> {
  Parts(PollSet& owner, Loop& loop)
      : set(&owner), epoll(makeEpoll()), descriptor(loop.context(), epoll) {}

  void wait() {
    descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [weak = weak_from_this()](const auto& error) {
                            const auto parts = weak.lock();
                            if (error || !parts || !parts->set) return;
                            parts->set->loop_.assertHere();
                            parts->set->dispatch();
                            if (parts->set) parts->wait();
                          });
  }

  PollSet* set;
  const int epoll;
  boost::asio::posix::stream_descriptor descriptor;
};

PollSet::PollSet(Loop& loop, EndOfTurn& turns)
    : loop_(loop), turns_(turns), parts_(std::make_shared<Parts>(*this, loop)) {
  loop_.assertHere();
  parts_->wait();
}

PollSet::~PollSet() { parts_->set = nullptr; }

PollSet::OwnerId PollSet::add(Owner& owner) {
  loop_.assertHere();
  owners_.emplace(next_id_, &owner);
  return next_id_++;
}

void PollSet::remove(OwnerId id) {
  loop_.assertHere();
  owners_.erase(id);
}

bool PollSet::watch(OwnerId id, int descriptor, std::uint32_t events) {
  loop_.assertHere();
  epoll_event event{.events = events, .data = {.u64 = pack(id, descriptor)}};
  // A number that is watched already is the same socket nearly always.
  const auto [known, is_new] = watched_.try_emplace(descriptor, id);
  const int likely = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  const int other = is_new ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(parts_->epoll, likely, descriptor, &event) < 0 &&
      ((errno != EEXIST && errno != ENOENT) ||
       epoll_ctl(parts_->epoll, other, descriptor, &event) < 0)) {
    watched_.erase(known);
    return false;
  }
  known->second = id;
  return true;
}

void PollSet::unwatch(OwnerId id, int descriptor) {
  loop_.assertHere();
  const auto found = watched_.find(descriptor);
  if (found == watched_.end() || found->second != id) return;
  watched_.erase(found);
  epoll_ctl(parts_->epoll, EPOLL_CTL_DEL, descriptor, nullptr);  // Closed ones have left already.
}

// An owner may be removed by one that was told before it in the same round: ids are never reused.
void PollSet::dispatch() {
  std::array<epoll_event, kMaxEventsPerRound> events;
  const int count = epoll_wait(parts_->epoll, events.data(), kMaxEventsPerRound, 0);
  const auto alive = parts_;
  turns_.begin();
  for (int i = 0; i < count && alive->set; ++i) {
    const auto owner = owners_.find(static_cast<OwnerId>(events[i].data.u64 >> 32));
    if (owner == owners_.end()) continue;
    owner->second->onReady(static_cast<int>(events[i].data.u64 & 0xffffffff), events[i].events);
  }
  if (alive->set) turns_.end();
}

}  // namespace ms::net
