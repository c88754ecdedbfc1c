// An object that lives on another loop than its owner. The owner's calls are posted to it in their
// order: the first makes it, the last destroys it, and none waits.
#pragma once

#include <memory>
#include <utility>

#include "server/base/loop.h"

namespace ms::net {

template <class Object>
class Remote {
 public:
  // `make` is called on `home` and returns a std::unique_ptr<Object>.
  template <class Make>
  Remote(Loop& home, Make make) : home_(home), slot_(std::make_shared<Slot>()) {
    home_.post([slot = slot_, make = std::move(make)]() mutable { *slot = make(); });
  }
  ~Remote() {
    home_.post([slot = std::move(slot_)] { slot->reset(); });
  }
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;

  // `call` is called with Object& on its loop.
  template <class Call>
  void call(Call call) {
    home_.post([slot = slot_, call = std::move(call)]() mutable { call(**slot); });
  }

 private:
  using Slot = std::unique_ptr<Object>;  // Touched on home_ only.

  Loop& home_;
  std::shared_ptr<Slot> slot_;
};

}  // namespace ms::net
