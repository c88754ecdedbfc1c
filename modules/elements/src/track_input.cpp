#include "modules/elements/src/track_input.h"

#include <utility>

namespace ms::elements {

// On the worker's loop.
class TrackInput::Hosted {
 public:
  Hosted(net::Worker& worker, const rtp::NtpClock& clock, Plan plan)
      : sink(worker.loop(), clock, plan.settings, std::move(plan.feed),
             {.on_format = std::move(plan.on_format), .on_packet = std::move(plan.on_packet)}),
        worker_(worker) {}

  void setSource(const net::OutletPtr& outlet) {
    worker_.loop().assertHere();
    sink.setSource(outlet ? worker_.services().relays.sourceOf(outlet) : nullptr, Loop::now());
  }

  frame::TrackSink sink;

 private:
  net::Worker& worker_;
};

TrackInput::TrackInput(net::WorkerLease lease, const rtp::NtpClock& clock, Plan plan)
    : lease_(std::move(lease)),
      hosted_(lease_.loop(), [&worker = lease_.worker(), clock, plan = std::move(plan)]() mutable {
        return std::make_unique<Hosted>(worker, clock, std::move(plan));
      }) {}

TrackInput::~TrackInput() = default;

void TrackInput::setSource(net::OutletPtr source) {
  hosted_.call([source = std::move(source)](Hosted& hosted) { hosted.setSource(source); });
}

void TrackInput::start() {
  hosted_.call([](Hosted& hosted) { hosted.sink.start(Loop::now()); });
}

void TrackInput::halt() {
  hosted_.call([](Hosted& hosted) { hosted.sink.halt(Loop::now()); });
}

void TrackInput::end(std::function<void()> done) {
  hosted_.call([done = std::move(done)](Hosted& hosted) { hosted.sink.end(Loop::now(), done); });
}

}  // namespace ms::elements
