// How data flows between elements: a DataSource calls its DataSinks directly, message by message.
// As all SCTP of the process lives on one loop, so do all sources and sinks, and no link crosses.
//
// Back-pressure: a source whose sinks are all full stops reading, so that its peer's window closes.
// As long as one of several sinks keeps up, the source goes on, and those that do not lose whole
// messages beyond their queue's limit: a slow viewer delays nobody else.
#pragma once

#include <cstdint>

#include "server/packet/sctp/message.h"

namespace ms::sctp {

class DataSource;

// Absent: takes nothing at present, and what is sent to it is lost.
enum class Room : std::uint8_t { Absent, Some, Full };

class DataSink {
 public:
  virtual Room room() const = 0;
  virtual void onData(const DataMessage& message) = 0;
  // Called by the source only. Until onSourceDetached(source), `source` is there, and the sink has
  // to be, too.
  virtual void onSourceAttached(DataSource& source) = 0;
  virtual void onSourceDetached(DataSource& source) = 0;

 protected:
  ~DataSink() = default;
};

class DataSource {
 public:
  // Adding a sink that is there already does nothing.
  virtual void addSink(DataSink& sink) = 0;
  virtual void removeSink(DataSink& sink) = 0;
  // A sink that was full or absent has changed.
  virtual void onRoomChanged() = 0;

 protected:
  ~DataSource() = default;
};

}  // namespace ms::sctp
