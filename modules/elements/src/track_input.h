// Gives the packets of a source to a chain of the frame plane: a TrackSink on a worker, as its
// owner on the pipeline's loop knows it.
#pragma once

#include <functional>
#include <memory>

#include "server/frame/track_sink.h"
#include "server/net/outlet.h"
#include "server/net/remote.h"
#include "server/packet/rtp/ntp_time.h"

namespace ms::elements {

class TrackInput {
 public:
  struct Plan {
    frame::TrackSink::Settings settings;
    std::shared_ptr<frame::TrackFeed> feed;
    std::function<void(const peer::CodecFormat&)> on_format;
    std::function<void()> on_packet = [] {};  // On the worker's loop.
  };

  // On the worker of the lease: best that of the source, so that packets need not cross loops.
  TrackInput(net::WorkerLease lease, const rtp::NtpClock& clock, Plan plan);
  ~TrackInput();

  void setSource(net::OutletPtr source);
  // As those of TrackSink; nothing is taken before start(). `done` is called on the worker's loop,
  // if the input is still there then.
  void start();
  void halt();
  void end(std::function<void()> done);

 private:
  class Hosted;

  const net::WorkerLease lease_;
  net::Remote<Hosted> hosted_;
};

}  // namespace ms::elements
