// Told by a part of a peer when it may have something to do sooner than before.
#pragma once

namespace ms::peer {

class TimeoutListener {
 public:
  virtual void onTimeoutMoved() = 0;

 protected:
  ~TimeoutListener() = default;
};

}  // namespace ms::peer
