// One TCP connection as a stream of bytes, plain or TLS, so that what is above need not know which.
//
// Lives on one loop. Callbacks come from the loop, never from inside the call that was given them;
// an operation that is under way when close() is called ends with an error. At most one read and
// one write at a time; the bytes must live until the callback.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "server/base/bytes.h"

namespace ms::rpc {

enum class StreamResult { Ok, Ended };

class Stream {
 public:
  using OnDone = std::move_only_function<void(StreamResult)>;
  using OnRead = std::move_only_function<void(StreamResult, std::size_t bytes)>;

  virtual ~Stream() = default;
  virtual void handshake(OnDone done) = 0;
  virtual void readSome(MutableBytes into, OnRead done) = 0;
  virtual void writeAll(Bytes bytes, OnDone done) = 0;
  // Tells the peer that no more bytes come; reading goes on.
  virtual void endWriting() = 0;
  virtual void close() = 0;
};

}  // namespace ms::rpc
