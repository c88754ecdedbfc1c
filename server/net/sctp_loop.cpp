#include "server/net/sctp_loop.h"

namespace ms::net {

SctpLoop::SctpLoop() : loop_("sctp") {
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_ = std::make_unique<SctpServices>(loop_);
  });
}

SctpLoop::~SctpLoop() {
  loop_.runAndWait([this] {
    loop_.assertHere();
    services_.reset();
  });
  loop_.stop();
}

void SctpLoop::drain() {
  loop_.runAndWait([] {});
}

void SctpLoop::keepTime() {
  loop_.assertHere();
  SctpServices& services = *services_;
  const Timestamp due = services.stack.nextTimeout();
  if (due != kNever && !services.timer.isPending()) services.timer.startAt(due, [this] { tick(); });
}

void SctpLoop::tick() {
  loop_.assertHere();
  services_->stack.handleTimeout(Loop::now());
  keepTime();
}

}  // namespace ms::net
