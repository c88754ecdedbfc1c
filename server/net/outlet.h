// A MediaSource as other loops know it: which worker it lives on, and how to reach it there.
//
// The source's owner opens and closes it on that worker; everybody else holds it by a shared_ptr
// and may ask for it before the source exists and after it has gone.
#pragma once

#include <memory>

#include "server/net/worker_loops.h"
#include "server/packet/peer/media.h"

namespace ms::net {

class Outlet : public std::enable_shared_from_this<Outlet> {
 public:
  Outlet(Worker& worker, rtp::MediaKind kind) : worker_(worker), kind_(kind) {}
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  // Any thread.
  Worker& worker() const { return worker_; }
  rtp::MediaKind kind() const { return kind_; }
  // Asks the source for a key frame, if there is one.
  void requestKeyFrame();

  // On the worker's loop.
  void open(peer::MediaSource& source) {
    worker_.loop().assertHere();
    source_ = &source;
  }
  void close() {
    worker_.loop().assertHere();
    source_ = nullptr;
  }
  // Null before open() and after close().
  peer::MediaSource* source() const {
    worker_.loop().assertHere();
    return source_;
  }

 private:
  Worker& worker_;
  const rtp::MediaKind kind_;
  peer::MediaSource* source_ ONLY_ON(worker_.loop()) = nullptr;
};

using OutletPtr = std::shared_ptr<Outlet>;

}  // namespace ms::net
