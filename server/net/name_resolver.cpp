#include "server/net/name_resolver.h"

#include <netdb.h>
#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "server/net/socket_address.h"

namespace ms::net {

// Kept by the thread, which may be in a look when the resolver is gone.
struct NameResolver::Shared : std::enable_shared_from_this<Shared> {
  struct Question {
    std::string name;
    Found found;
  };

  Shared(Loop& home, Lookup wanted) : loop(home), lookup(std::move(wanted)) {}

  void run();
  void answer(Found found, std::vector<std::string> addresses);

  Loop& loop;
  const Lookup lookup;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Question> waiting;  // Of those who hold `mutex`, as what follows.
  bool has_thread = false;
  bool is_over = false;
};

void NameResolver::Shared::run() {
  pthread_setname_np(pthread_self(), "resolver");
  for (;;) {
    Question next;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return is_over || !waiting.empty(); });
      if (is_over) return;
      next = std::move(waiting.front());
      waiting.pop_front();
    }
    auto addresses = lookup(next.name);
    const std::lock_guard lock(mutex);
    if (is_over) return;
    answer(std::move(next.found), std::move(addresses));
  }
}

// The loop lives until the resolver is over.
void NameResolver::Shared::answer(Found found, std::vector<std::string> addresses) {
  loop.post([weak = weak_from_this(), found = std::move(found),
             addresses = std::move(addresses)]() mutable {
    if (!weak.expired()) found(std::move(addresses));
  });
}

NameResolver::NameResolver(Loop& loop, Lookup lookup)
    : loop_(loop), shared_(std::make_shared<Shared>(loop, std::move(lookup))) {}

NameResolver::~NameResolver() {
  loop_.assertHere();
  const std::lock_guard lock(shared_->mutex);
  shared_->is_over = true;
  shared_->waiting.clear();
  shared_->changed.notify_one();
}

void NameResolver::resolve(std::string name, Found found) {
  loop_.assertHere();
  const std::lock_guard lock(shared_->mutex);
  if (shared_->waiting.size() == kMaxWaiting) return shared_->answer(std::move(found), {});
  shared_->waiting.push_back({std::move(name), std::move(found)});
  if (!std::exchange(shared_->has_thread, true))
    std::thread([shared = shared_] { shared->run(); }).detach();
  shared_->changed.notify_one();
}

std::vector<std::string> NameResolver::systemLookup(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* first = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &first) != 0) return {};
  std::vector<std::string> addresses;
  for (const addrinfo* next = first; next; next = next->ai_next)
    if (const auto address = SocketAddress::from(*next->ai_addr))
      addresses.push_back(address->text());
  freeaddrinfo(first);
  return addresses;
}

}  // namespace ms::net
