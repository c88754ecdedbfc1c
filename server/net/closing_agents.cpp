#include "server/net/closing_agents.h"

#include <utility>

namespace ms::net {

ClosingAgents::ClosingAgents(Loop& loop) : loop_(loop), patience_(loop) { loop_.assertHere(); }

ClosingAgents::~ClosingAgents() {
  for (Agent* agent : std::exchange(agents_, {})) agent->abandon();
}

void ClosingAgents::add(Agent& agent) {
  loop_.assertHere();
  agents_.push_back(&agent);
}

void ClosingAgents::remove(Agent& agent) {
  loop_.assertHere();
  std::erase(agents_, &agent);
  if (agents_.empty()) finish();
}

void ClosingAgents::whenGone(Duration patience, Task done) {
  loop_.assertHere();
  done_ = std::move(done);
  if (agents_.empty())
    finish();
  else
    patience_.start(patience, [this] {
      loop_.assertHere();
      finish();
    });
}

void ClosingAgents::finish() {
  patience_.cancel();
  if (Task done = std::exchange(done_, nullptr)) done();
}

}  // namespace ms::net
