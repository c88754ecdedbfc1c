#include "server/frame/mixer_chain.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "server/base/log.h"
#include "server/frame/failure_budget.h"
#include "server/frame/mixer_run.h"
#include "server/frame/posted_producer.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

}  // namespace

// What lives on the executor. Held by the tasks there and by nobody else in the end.
class MixerChain::Core final : public std::enable_shared_from_this<Core> {
 public:
  Core(Loop& home, std::shared_ptr<SerialExecutor> executor, Settings settings,
       std::weak_ptr<MixerObserver> observer)
      : home_(home),
        executor_(std::move(executor)),
        settings_(std::move(settings)),
        observer_(std::move(observer)) {}

  // Any thread.
  bool isRunning() const { return is_running_; }
  template <class Call>
  void post(Call call) {
    executor_->post([self = shared_from_this(), call = std::move(call)]() mutable { call(*self); });
  }

  // On the executor, as everything from here on.
  void addInput(PortNumber port, rtp::MediaKind kind, const MixerRun::Feed& feed) {
    if (run_ && isWanted(kind)) run_->addInput(port, kind, feed);
  }
  void decode(const MixerRun::Feed& feed, const peer::CodecFormat& format) {
    if (run_) run_->decode(feed, format);
  }
  void removeInput(const MixerRun::Feed& feed) {
    if (run_) run_->removeInput(feed);
  }

  void add(PortNumber port, FrameListener listener) {
    listeners_.push_back({port, std::move(listener)});
    if (!run_ && listeners_.size() == 1) return begin();
    if (run_) join(listeners_.back());
  }
  void remove(const std::shared_ptr<FrameInlet>& inlet) {
    const auto found = std::ranges::find_if(
        listeners_, [&](const PortListener& one) { return one.wish.inlet == inlet; });
    if (found != listeners_.end()) leave(found);
  }
  void removePort(PortNumber port) {
    const auto next = [&] { return std::ranges::find(listeners_, port, &PortListener::port); };
    for (auto found = next(); found != listeners_.end(); found = next()) leave(found);
  }
  void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) {
    if (FrameStream* const stream = video()) stream->requestKeyFrame(inlet);
  }
  // One encoder serves all ports: it gives what the best of them can take.
  void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) {
    Bitrate best = bitrate = withinLimits(bitrate, settings_.bitrates);
    for (PortListener& listener : listeners_) {
      if (listener.wish.inlet == inlet) listener.wish.bitrate = bitrate;
      if (listener.wish.kind == rtp::MediaKind::Video)
        best = std::max(best, listener.wish.bitrate.value_or(bitrate));
    }
    if (FrameStream* const stream = video()) stream->setBitrate(inlet, best);
  }

  void setLayout(Layout layout) {
    settings_.layout = std::move(layout);
    if (run_) run_->setLayout(settings_.layout);
  }
  void setHearing(Hearing hearing) {
    settings_.hearing = std::move(hearing);
    if (run_) run_->setHearing(settings_.hearing);
  }
  void setBitrates(const EncoderBitrates& bitrates) { settings_.bitrates = bitrates; }
  void answerDot(std::move_only_function<void(std::string)> done) {
    home_.post([done = std::move(done), text = run_ ? run_->dot() : std::string()]() mutable {
      done(std::move(text));
    });
  }

  void close() {
    listeners_.clear();
    end();
  }

 private:
  struct PortListener {
    PortNumber port;
    FrameListener wish;
  };
  using Listeners = std::vector<PortListener>;
  struct Outlet {
    PortNumber port;
    rtp::MediaKind kind;
    friend auto operator<=>(const Outlet&, const Outlet&) = default;
  };

  bool isWanted(rtp::MediaKind kind) const { return wanted_.contains(kind); }
  bool hasListener(const Outlet& outlet) const {
    return std::ranges::any_of(listeners_, [&](const PortListener& one) {
      return one.port == outlet.port && one.wish.kind == outlet.kind;
    });
  }
  FrameStream* video() const { return run_ ? run_->stream({}, rtp::MediaKind::Video) : nullptr; }

  void begin() {
    const Timestamp begin = Loop::now() - TrackOrigin::kLead;
    origin_ = std::make_shared<TrackOrigin>(begin);
    run_ = std::make_shared<MixerRun>(
        MixerRun::Plan{.begin = begin,
                       .framerate = settings_.framerate,
                       .layout = settings_.layout,
                       .hearing = settings_.hearing},
        MixerRun::Observer{.on_error = [this](const MediaError& error) { onFailure(error); },
                           .on_input_error =
                               [this](const MixerRun::Feed& feed, const MediaError& error) {
                                 tellHome([feed, error](MixerObserver& observer) {
                                   observer.onInputError(feed, error);
                                 });
                               }},
        executor_);
    is_running_ = true;
    run_->open();
    for (const PortListener& listener : listeners_) join(listener);
  }

  void end() {
    is_running_ = false;
    if (!run_) return;
    run_.reset();
    for (const Outlet& outlet : std::exchange(flowing_, {})) tellFlowEnd(outlet);
    for (const rtp::MediaKind kind : std::exchange(wanted_, {})) tellUnwanted(kind);
  }

  void join(const PortListener& listener) {
    const auto& [port, wish] = listener;
    FrameStream* const stream = run_->makeStream(port, wish.kind);
    if (!stream)
      return onFailure({.type = "UNEXPECTED_ELEMENT_ERROR",
                        .code = 0,
                        .description = "GStreamer lacks what mixing needs"});
    if (wanted_.insert(wish.kind).second)
      tellHome([kind = wish.kind, origin = origin_](MixerObserver& observer) {
        observer.onWanted(kind, origin);
      });
    const Bitrate initial = initialBitrate(wish.kind, settings_.bitrates);
    const auto conversion = stream->add({.inlet = wish.inlet,
                                         .accepted = wish.accepted,
                                         .bitrate = wish.bitrate.value_or(initial)});
    if (conversion && flowing_.insert({port, wish.kind}).second)
      tellHome([port, kind = wish.kind](MixerObserver& observer) { observer.onFlow(port, kind); });
  }

  void leave(Listeners::iterator listener) {
    const Outlet outlet{listener->port, listener->wish.kind};
    if (FrameStream* const stream = run_ ? run_->stream(outlet.port, outlet.kind) : nullptr)
      stream->remove(listener->wish.inlet);
    listeners_.erase(listener);
    if (listeners_.empty()) return end();
    if (!run_ || hasListener(outlet)) return;
    if (flowing_.erase(outlet)) tellFlowEnd(outlet);
    if (outlet.kind == rtp::MediaKind::Audio) run_->removeAudio(outlet.port);
    maybeStop(outlet.kind);
  }

  void maybeStop(rtp::MediaKind kind) {
    if (std::ranges::any_of(listeners_,
                            [&](const PortListener& one) { return one.wish.kind == kind; }))
      return;
    run_->removeInputs(kind);
    if (kind == rtp::MediaKind::Video) run_->removeVideo();
    if (wanted_.erase(kind)) tellUnwanted(kind);
  }

  // The run is in a call of its own: it goes with the next task.
  void onFailure(const MediaError& error) {
    executor_->post([self = shared_from_this(), failed = run_, error]() mutable {
      if (self->run_ != failed) return;  // Another one runs meanwhile, or none.
      failed.reset();
      self->end();
      MS_LOG(category, Warning, "mixing has failed: " << error.description);
      if (self->failures_.mayTryAgain(Loop::now())) return self->begin();
      self->tellHome([error](MixerObserver& observer) { observer.onError(error); });
    });
  }

  void tellFlowEnd(const Outlet& outlet) {
    tellHome([outlet](MixerObserver& observer) { observer.onFlowEnd(outlet.port, outlet.kind); });
  }
  void tellUnwanted(rtp::MediaKind kind) {
    tellHome([kind](MixerObserver& observer) { observer.onUnwanted(kind); });
  }
  template <class Call>
  void tellHome(Call call) {
    home_.post([observer = observer_, call = std::move(call)] {
      if (const auto living = observer.lock()) call(*living);
    });
  }

  Loop& home_;
  const std::shared_ptr<SerialExecutor> executor_;
  Settings settings_;
  const std::weak_ptr<MixerObserver> observer_;
  std::atomic<bool> is_running_ = false;

  std::shared_ptr<TrackOrigin> origin_;
  std::shared_ptr<MixerRun> run_;
  Listeners listeners_;
  std::set<Outlet> flowing_;
  std::set<rtp::MediaKind> wanted_;
  FailureBudget failures_;
};

// The chain, as the producers of one port know it.
class MixerChain::PortOutput final : public FrameDistributor {
 public:
  PortOutput(const std::shared_ptr<Core>& core, PortNumber port) : core_(core), port_(port) {}

  bool isRunning() const override {
    const auto core = core_.lock();
    return core && core->isRunning();
  }
  void add(FrameListener listener) override {
    if (const auto core = core_.lock()) core->add(port_, std::move(listener));
  }
  void remove(const std::shared_ptr<FrameInlet>& inlet) override {
    if (const auto core = core_.lock()) core->remove(inlet);
  }
  void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) override {
    if (const auto core = core_.lock()) core->requestKeyFrame(inlet);
  }
  void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) override {
    if (const auto core = core_.lock()) core->setBitrate(inlet, bitrate);
  }

 private:
  const std::weak_ptr<Core> core_;
  const PortNumber port_;
};

MixerChain::MixerChain(Loop& home, FrameThreads& threads, Settings settings,
                       std::weak_ptr<MixerObserver> observer)
    : executor_(std::make_shared<SerialExecutor>(threads, "mixer")),
      core_(std::make_shared<Core>(home, executor_, std::move(settings), std::move(observer))) {}

MixerChain::~MixerChain() {
  core_->post([](Core& core) { core.close(); });
  executor_->finish();
}

std::function<void(const peer::CodecFormat&)> MixerChain::addInput(
    PortNumber port, rtp::MediaKind kind, const std::shared_ptr<TrackFeed>& feed) {
  core_->post([port, kind, feed](Core& core) { core.addInput(port, kind, feed); });
  return [weak = std::weak_ptr<Core>(core_), feed](const peer::CodecFormat& format) {
    if (const auto core = weak.lock())
      core->post([feed, format](Core& living) { living.decode(feed, format); });
  };
}

void MixerChain::removeInput(const std::shared_ptr<TrackFeed>& feed) {
  core_->post([feed](Core& core) { core.removeInput(feed); });
}

std::unique_ptr<FrameProducer> MixerChain::makeProducer(PortNumber port,
                                                        std::shared_ptr<FrameInlet> inlet,
                                                        std::vector<peer::CodecFormat> accepted) {
  auto& output = outputs_[port];
  if (!output) output = std::make_shared<PortOutput>(core_, port);
  const rtp::MediaKind kind = inlet->kind();
  return std::make_unique<PostedProducer>(
      output, executor_,
      FrameListener{.inlet = std::move(inlet), .kind = kind, .accepted = std::move(accepted)});
}

void MixerChain::removePort(PortNumber port) {
  outputs_.erase(port);
  core_->post([port](Core& core) { core.removePort(port); });
}

void MixerChain::setLayout(Layout layout) {
  core_->post(
      [layout = std::move(layout)](Core& core) mutable { core.setLayout(std::move(layout)); });
}

void MixerChain::setHearing(Hearing hearing) {
  core_->post(
      [hearing = std::move(hearing)](Core& core) mutable { core.setHearing(std::move(hearing)); });
}

void MixerChain::setBitrates(const EncoderBitrates& bitrates) {
  core_->post([bitrates](Core& core) { core.setBitrates(bitrates); });
}

void MixerChain::dot(std::move_only_function<void(std::string)> done) {
  core_->post([done = std::move(done)](Core& core) mutable { core.answerDot(std::move(done)); });
}

}  // namespace ms::frame
