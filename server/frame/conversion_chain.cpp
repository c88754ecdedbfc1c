#include "server/frame/conversion_chain.h"

#include <atomic>
#include <utility>

#include "server/base/guarded.h"
#include "server/base/log.h"
#include "server/frame/conversion_run.h"
#include "server/frame/failure_budget.h"
#include "server/frame/posted_producer.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

}  // namespace

// What lives on the executor. Held by the tasks there and by nobody else in the end.
class ConversionChain::Core final : public FrameDistributor,
                                    public std::enable_shared_from_this<Core> {
 public:
  Core(Loop& home, std::shared_ptr<SerialExecutor> executor, Settings settings,
       std::shared_ptr<TrackFeed> feed, Timestamp begin, std::weak_ptr<ConversionObserver> observer)
      : home_(home),
        executor_(std::move(executor)),
        settings_(std::move(settings)),
        feed_(std::move(feed)),
        begin_(begin),
        observer_(std::move(observer)) {}

  // Any thread.
  bool isRunning() const override { return is_running_; }
  // Of several formats that come while the executor is busy, the last one counts.
  void onFormat(const peer::CodecFormat& format) {
    if (pending_format_.exchange(format)) return;
    executor_->post([self = shared_from_this()] {
      const auto wanted = self->pending_format_.exchange(std::nullopt);
      if (wanted && self->run_) self->run_->decode(*wanted);
    });
  }

  // On the executor, as everything from here on.
  void add(FrameListener listener) override {
    listeners_.push_back(std::move(listener));
    if (listeners_.size() == 1) return begin();
    if (run_) join(listeners_.back());
  }
  void remove(const std::shared_ptr<FrameInlet>& inlet) override {
    std::erase_if(listeners_, [&](const FrameListener& one) { return one.inlet == inlet; });
    if (listeners_.empty()) return end();
    if (FrameStream* stream = streamIfAny()) stream->remove(inlet);
  }
  void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) override {
    if (FrameStream* stream = streamIfAny()) stream->requestKeyFrame(inlet);
  }
  void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) override {
    if (settings_.kind == rtp::MediaKind::Audio) return;  // As the application has it.
    bitrate = withinLimits(bitrate, settings_.bitrates);
    for (FrameListener& listener : listeners_)
      if (listener.inlet == inlet) listener.bitrate = bitrate;
    if (FrameStream* stream = streamIfAny()) stream->setBitrate(inlet, bitrate);
  }
  void setBitrates(const EncoderBitrates& bitrates) {
    const bool begins_anew = needNewEncoders(settings_.bitrates, bitrates);
    settings_.bitrates = bitrates;
    if (begins_anew) joinAnew();
  }
  void setProperty(const ElementProperty& property) {
    if (!settings_.filter) return;
    settings_.filter->set(property);
    if (run_) run_->setProperty(property);
  }
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
  FrameStream* streamIfAny() const { return run_ ? run_->stream() : nullptr; }

  void begin() {
    run_ = std::make_shared<ConversionRun>(
        ConversionRun::Plan{.kind = settings_.kind, .begin = begin_, .filter = settings_.filter},
        feed_, [this](const MediaError& error) { onFailure(error); }, executor_);
    is_running_ = true;
    run_->open();
    for (const FrameListener& listener : listeners_) join(listener);
    tellHome([](ConversionObserver& observer) { observer.onBegin(); });
  }

  void end() {
    is_running_ = false;
    if (!run_) return;
    run_.reset();
    tellHome([](ConversionObserver& observer) { observer.onEnd(); });
  }

  void joinAnew() {
    FrameStream* const stream = streamIfAny();
    if (!stream) return;
    for (const FrameListener& listener : listeners_) stream->remove(listener.inlet);
    for (const FrameListener& listener : listeners_) join(listener);
  }

  void join(const FrameListener& listener) {
    FrameStream* const stream = streamIfAny();
    if (!stream) return;
    const Bitrate initial = initialBitrate(settings_.kind, settings_.bitrates);
    stream->add({.inlet = listener.inlet,
                 .accepted = listener.accepted,
                 .bitrate = listener.bitrate.value_or(initial),
                 .max_frame_rate = settings_.bitrates.max_frame_rate});
  }

  // The run is in a call of its own: it goes with the next task.
  void onFailure(const MediaError& error) {
    executor_->post([self = shared_from_this(), failed = run_, error]() mutable {
      if (self->run_ != failed) return;  // Another one runs meanwhile, or none.
      failed.reset();
      self->end();
      MS_LOG(category, Warning, "decoding or encoding has failed: " << error.description);
      if (self->failures_.mayTryAgain(Loop::now())) return self->begin();
      self->tellHome([error](ConversionObserver& observer) { observer.onError(error); });
    });
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
  const std::shared_ptr<TrackFeed> feed_;
  const Timestamp begin_;
  const std::weak_ptr<ConversionObserver> observer_;
  std::atomic<bool> is_running_ = false;
  Guarded<std::optional<peer::CodecFormat>> pending_format_;

  std::shared_ptr<ConversionRun> run_;
  std::vector<FrameListener> listeners_;
  FailureBudget failures_;
};

ConversionChain::ConversionChain(Loop& home, FrameThreads& threads, Settings settings,
                                 std::weak_ptr<ConversionObserver> observer)
    : ConversionChain(home, threads, std::move(settings), std::move(observer),
                      Loop::now() - TrackOrigin::kLead) {}

ConversionChain::ConversionChain(Loop& home, FrameThreads& threads, Settings settings,
                                 std::weak_ptr<ConversionObserver> observer, Timestamp begin)
    : executor_(std::make_shared<SerialExecutor>(threads, "conversion")),
      feed_(std::make_shared<TrackFeed>(std::make_shared<TrackOrigin>(begin))),
      core_(std::make_shared<Core>(home, executor_, std::move(settings), feed_, begin,
                                   std::move(observer))) {}

ConversionChain::~ConversionChain() {
  executor_->post([core = std::move(core_)] { core->close(); });
  executor_->finish();
}

std::function<void(const peer::CodecFormat&)> ConversionChain::onFormat() const {
  return [weak = std::weak_ptr<Core>(core_)](const peer::CodecFormat& format) {
    if (const auto core = weak.lock()) core->onFormat(format);
  };
}

std::unique_ptr<FrameProducer> ConversionChain::makeProducer(
    std::shared_ptr<FrameInlet> inlet, std::vector<peer::CodecFormat> accepted) {
  const rtp::MediaKind kind = inlet->kind();
  return std::make_unique<PostedProducer>(
      core_, executor_,
      FrameListener{.inlet = std::move(inlet), .kind = kind, .accepted = std::move(accepted)});
}

void ConversionChain::setBitrates(const EncoderBitrates& bitrates) {
  executor_->post([core = core_, bitrates] { core->setBitrates(bitrates); });
}

void ConversionChain::setProperty(const ElementProperty& property) {
  executor_->post([core = core_, property] { core->setProperty(property); });
}

void ConversionChain::dot(std::move_only_function<void(std::string)> done) {
  executor_->post(
      [core = core_, done = std::move(done)]() mutable { core->answerDot(std::move(done)); });
}

}  // namespace ms::frame
