#include "server/net/glib_context.h"

#include <sys/socket.h>

#include <algorithm>

#include "server/net/timer_tick.h"

namespace ms::net {
namespace {

// Sources that are due again at once get this many turns before the loop's other work.
constexpr int kMaxRounds = 4;

constexpr std::uint32_t kAlwaysTold = G_IO_HUP | G_IO_ERR | G_IO_NVAL;

bool isListening(int descriptor) {
  int listening = 0;
  socklen_t length = sizeof listening;
  return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

}  // namespace

// Acquired for life: sources that are added on this thread then need no wake-up.
GlibContext::GlibContext(Loop& loop, PollSet& polls)
    : loop_(loop),
      polls_(&polls),
      id_(polls.add(*this)),
      context_(g_main_context_new()),
      timer_(loop),
      polled_(8) {
  loop_.assertHere();
  g_main_context_acquire(context_);
  update();
}

GlibContext::~GlibContext() {
  if (polls_) abandon();
  g_main_context_release(context_);
  g_main_context_unref(context_);
}

void GlibContext::abandon() {
  for (const auto& watched : watched_) polls_->unwatch(id_, watched.descriptor);
  watched_.clear();
  polls_->remove(id_);
  polls_ = nullptr;
  timer_.cancel();
}

GlibContext::Scope::Scope(GlibContext& context) : context_(context) {
  g_main_context_push_thread_default(context_.context_);
}

GlibContext::Scope::~Scope() {
  g_main_context_pop_thread_default(context_.context_);
  context_.loop_.assertHere();
  if (!context_.is_running_) context_.update();
}

void GlibContext::intercept(int descriptor, Interceptor* interceptor) {
  loop_.assertHere();
  intercepted_ = descriptor;
  interceptor_ = interceptor;
}

void GlibContext::onReady(int descriptor, std::uint32_t events) {
  loop_.assertHere();
  if (interceptor_ && descriptor == intercepted_ && events == G_IO_IN &&
      interceptor_->onReadable() == Interceptor::Left::Nothing)
    return;
  for (auto& poll : polled_)
    poll.revents = poll.fd == descriptor
                       ? static_cast<gushort>(events & (poll.events | kAlwaysTold))
                       : gushort{0};
  run();
}

void GlibContext::onTimer() {
  timer_due_ = kNever;
  for (auto& poll : polled_) poll.revents = 0;
  run();
}

void GlibContext::run() {
  is_running_ = true;
  checkAndDispatch();
  int timeout_ms = query();
  for (int round = 1; timeout_ms == 0 && round < kMaxRounds; ++round) {
    for (auto& poll : polled_) poll.revents = 0;
    checkAndDispatch();
    timeout_ms = query();
  }
  is_running_ = false;
  if (!only_data_came_ || hasChanged()) watchPolled();
  only_data_came_ = false;
  startTimer(timeout_ms);
}

void GlibContext::update() {
  const int timeout_ms = query();
  watchPolled();
  startTimer(timeout_ms);
}

// All priorities at once: what is ready is dispatched in their order all the same.
int GlibContext::query() {
  gint priority = 0, timeout_ms = -1;
  g_main_context_prepare(context_, &priority);
  for (;;) {
    const int count = g_main_context_query(context_, G_MAXINT, &timeout_ms, polled_.data(),
                                           static_cast<gint>(polled_.size()));
    const bool fits = static_cast<std::size_t>(count) <= polled_.size();
    polled_.resize(static_cast<std::size_t>(count));
    if (fits) return timeout_ms;
  }
}

void GlibContext::checkAndDispatch() {
  if (g_main_context_check(context_, G_MAXINT, polled_.data(), static_cast<gint>(polled_.size())))
    g_main_context_dispatch(context_);
}

std::size_t GlibContext::countDescriptors() {
  loop_.assertHere();
  query();
  return polled_.size();
}

bool GlibContext::isRestingListener(const GPollFD& poll) const {
  return polled_.size() > max_descriptors_ && isListening(poll.fd);
}

bool GlibContext::hasChanged() const {
  return !std::ranges::equal(polled_, watched_, [](const GPollFD& poll, const Watched& watched) {
    return poll.fd == watched.descriptor && poll.events == watched.events;
  });
}

// Every wanted descriptor is told to epoll, also one that seems to be there: a number may have been
// closed and given to a new socket within one dispatch.
void GlibContext::watchPolled() {
  wanted_.clear();
  for (const auto& poll : polled_)
    if (!isRestingListener(poll)) wanted_.push_back({poll.fd, poll.events});

  auto next = wanted_.begin();
  for (const auto& old : watched_) {
    next = std::find_if(next, wanted_.end(),
                        [&](const auto& want) { return want.descriptor >= old.descriptor; });
    if (next == wanted_.end() || next->descriptor != old.descriptor)
      polls_->unwatch(id_, old.descriptor);
  }
  for (const auto& want : wanted_) polls_->watch(id_, want.descriptor, want.events);
  std::swap(watched_, wanted_);
}

// A timer that is due too early only asks again, so it is moved only when it would be late.
void GlibContext::startTimer(int timeout_ms) {
  if (timeout_ms < 0) return;
  const Timestamp now = Loop::now();
  const Timestamp due = onTick(now + std::chrono::milliseconds(timeout_ms), now);
  if (due >= timer_due_) return;
  timer_due_ = due;
  timer_.startAt(due, [this] {
    loop_.assertHere();
    onTimer();
  });
}

}  // namespace ms::net
