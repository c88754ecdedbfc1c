// What uploads are to those who want them: a receiver for each path, and a sink for each body.
// Everything is called on the loop of the UploadServer, except where said.
#pragma once

#include <functional>
#include <memory>

#include "server/base/bytes.h"

namespace ms::http {

enum class BodyEnd {
  Complete,
  Lost,  // The connection, or the client has posted anew, or what came was no form.
};

// Where the body of one request goes.
class BodySink {
 public:
  enum class State { HasRoom, Full, Refuses };

  virtual ~BodySink() = default;
  virtual State state() const = 0;
  // While there is room. How much follows a write that filled it is up to the sender's buffer.
  virtual void write(Bytes bytes) = 0;
  virtual void end(BodyEnd how) = 0;
  // `call` is made when it is full no longer, at once or later, on any thread, and calls nothing of
  // the sink. Replaces the one before; after onRoom(nullptr) none is made, or under way.
  virtual void onRoom(std::function<void()> call) = 0;
};

class UploadReceiver {
 public:
  virtual ~UploadReceiver() = default;
  // A body begins; not null. The one before it has ended.
  virtual std::shared_ptr<BodySink> onPost() = 0;
  // Nobody has posted since maybeEndSession() was called for.
  virtual void onSessionEnded() = 0;
};

}  // namespace ms::http
