#include "server/frame/player_chain.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "server/frame/player_run.h"
#include "server/frame/posted_producer.h"

namespace ms::frame {
namespace {

using std::chrono::milliseconds;

std::size_t indexOf(rtp::MediaKind kind) { return static_cast<std::size_t>(kind); }

// Whether anything went to a sink, as its threads note it.
struct Flow {
  std::atomic<bool> since_last_look = false;
  std::atomic<bool> is_told = false;
};

}  // namespace

// What lives on the executor. Held by the tasks there and by nobody else in the end.
class PlayerChain::Core : public FrameDistributor, public std::enable_shared_from_this<Core> {
 public:
  Core(Loop& home, std::shared_ptr<SerialExecutor> executor, PlayerSettings settings,
       std::weak_ptr<PlayerObserver> observer)
      : home_(home),
        executor_(std::move(executor)),
        settings_(std::move(settings)),
        observer_(std::move(observer)) {}

  // Any thread.
  bool isRunning() const override { return is_running_; }
  // What a run that began before this tells from now on is not heard.
  void onStopAsked() {
    ++stops_asked_;
    for (Flow& flow : *flows_) {
      flow.since_last_look = false;
      flow.is_told = false;
    }
  }
  bool takeFlow(rtp::MediaKind kind) {
    Flow& flow = (*flows_)[indexOf(kind)];
    const bool flowed = flow.since_last_look.exchange(false);
    if (!flowed) flow.is_told = false;
    return flowed;
  }
  bool isOverdue() const { return Loop::now() - opening_since_.load() > kMaxOpening; }
  template <class Call>
  void tellHome(Call call) {
    home_.post([observer = observer_, call = std::move(call)]() mutable {
      if (const auto living = observer.lock()) call(*living);
    });
  }
  // As tellHome(), to whoever asked.
  template <class Done, class Value>
  void answer(Done done, Value value) {
    home_.post([done = std::move(done), value = std::move(value)]() mutable { done(value); });
  }

  // On the executor, as everything from here on.
  void setTarget(PlayerRun::Target target) {
    if (!run_) {
      run_ = std::make_shared<PlayerRun>(settings_, runObserver(), executor_);
      is_running_ = true;
      if (!settings_.feed) opening_since_ = Loop::now();  // Who sends may be slow.
      began_after_stops_ = stops_asked_;
      run_->setTarget(target);
      return run_->open();
    }
    run_->setTarget(target);
  }

  void play(std::shared_ptr<MediaFeed> feed) {
    stop();
    settings_.uri = kFeedUri;
    settings_.feed = std::move(feed);
    setTarget(PlayerRun::Target::Playing);
  }

  void stop() {
    is_running_ = false;
    opening_since_ = kNever;
    run_.reset();
    settings_.feed.reset();
    for (auto& told : told_conversion_) told.reset();
  }

  void maybeGiveUp() {
    if (!run_ || !isOverdue()) return;
    opening_since_ = kNever;
    if (!run_->hasOpened()) run_->giveUp();
  }

  PlayerRun* run() const { return run_.get(); }
  void setBitrates(const EncoderBitrates& bitrates) {
    const bool begins_anew = needNewEncoders(settings_.bitrates, bitrates);
    settings_.bitrates = bitrates;
    if (begins_anew) joinAnew();
  }

  void add(FrameListener listener) override {
    listeners_.push_back(std::move(listener));
    if (FrameStream* stream = run_ ? run_->stream(listeners_.back().kind) : nullptr)
      join(*stream, listeners_.back());
  }
  void remove(const std::shared_ptr<FrameInlet>& inlet) override {
    for (const rtp::MediaKind kind : {rtp::MediaKind::Audio, rtp::MediaKind::Video})
      if (FrameStream* stream = run_ ? run_->stream(kind) : nullptr) stream->remove(inlet);
    std::erase_if(listeners_,
                  [&](const FrameListener& listener) { return listener.inlet == inlet; });
  }
  void requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) override {
    if (FrameStream* stream = run_ ? run_->stream(rtp::MediaKind::Video) : nullptr)
      stream->requestKeyFrame(inlet);
  }
  void setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) override {
    bitrate = withinLimits(bitrate, settings_.bitrates);
    for (FrameListener& listener : listeners_)
      if (listener.inlet == inlet) listener.bitrate = bitrate;
    if (FrameStream* stream = run_ ? run_->stream(rtp::MediaKind::Video) : nullptr)
      stream->setBitrate(inlet, bitrate);
  }

 private:
  PlayerRun::Observer runObserver() {
    return {.on_stream =
                [this](FrameStream& stream) {
                  for (FrameListener& listener : listeners_)
                    if (listener.kind == stream.kind()) join(stream, listener);
                },
            .on_end_of_stream =
                [this] { endRun([](PlayerObserver& observer) { observer.onEndOfStream(); }); },
            .on_error =
                [this](const MediaError& error) {
                  endRun([error](PlayerObserver& observer) { observer.onError(error); });
                },
            .on_frame =
                [weak = weak_from_this(), flows = flows_](rtp::MediaKind kind) {
                  Flow& flow = (*flows)[indexOf(kind)];
                  flow.since_last_look = true;
                  if (flow.is_told.exchange(true)) return;
                  if (const auto self = weak.lock())
                    self->tellHome([kind](PlayerObserver& observer) { observer.onFlow(kind); });
                }};
  }

  // The run is in a call of its own: it goes with the next task.
  template <class Call>
  void endRun(Call call) {
    executor_->post([self = shared_from_this(), ended = run_, call = std::move(call)]() mutable {
      if (self->run_ != ended) return;  // Stopped or played again meanwhile.
      ended.reset();
      self->stop();
      self->tellHome([self, stops = self->began_after_stops_,
                      call = std::move(call)](PlayerObserver& observer) {
        if (self->stops_asked_ == stops) call(observer);
      });
    });
  }

  void joinAnew() {
    if (!run_) return;
    for (const FrameListener& listener : listeners_)
      if (FrameStream* stream = run_->stream(listener.kind)) stream->remove(listener.inlet);
    for (const FrameListener& listener : listeners_)
      if (FrameStream* stream = run_->stream(listener.kind)) join(*stream, listener);
  }

  void join(FrameStream& stream, const FrameListener& listener) {
    const Bitrate initial = initialBitrate(stream.kind(), settings_.bitrates);
    const auto conversion = stream.add({.inlet = listener.inlet,
                                        .accepted = listener.accepted,
                                        .bitrate = listener.bitrate.value_or(initial),
                                        .max_frame_rate = settings_.bitrates.max_frame_rate});
    auto& told = told_conversion_[indexOf(stream.kind())];
    if (!conversion || told == conversion) return;
    told = conversion;
    tellHome([kind = stream.kind(), conversion = *conversion](PlayerObserver& observer) {
      observer.onConversion(kind, conversion);
    });
  }

  Loop& home_;
  const std::shared_ptr<SerialExecutor> executor_;
  PlayerSettings settings_;
  const std::weak_ptr<PlayerObserver> observer_;
  const std::shared_ptr<std::array<Flow, 2>> flows_ = std::make_shared<std::array<Flow, 2>>();
  std::atomic<bool> is_running_ = false;
  std::atomic<Timestamp> opening_since_ = kNever;  // kNever: not, or it need not be looked at.
  std::atomic<std::uint64_t> stops_asked_ = 0;
  std::uint64_t began_after_stops_ = 0;

  std::shared_ptr<PlayerRun> run_;
  std::vector<FrameListener> listeners_;
  std::array<std::optional<Conversion>, 2> told_conversion_;
};

PlayerChain::PlayerChain(Loop& home, FrameThreads& threads, PlayerSettings settings,
                         std::weak_ptr<PlayerObserver> observer)
    : executor_(std::make_shared<SerialExecutor>(threads, "player")),
      core_(std::make_shared<Core>(home, executor_, std::move(settings), std::move(observer))) {}

PlayerChain::~PlayerChain() {
  executor_->post([core = std::move(core_)] { core->stop(); });
  executor_->finish();
}

void PlayerChain::play() {
  executor_->post([core = core_] { core->setTarget(PlayerRun::Target::Playing); });
}

void PlayerChain::play(std::shared_ptr<MediaFeed> feed) {
  executor_->post(
      [core = core_, feed = std::move(feed)]() mutable { core->play(std::move(feed)); });
}

void PlayerChain::pause() {
  executor_->post([core = core_] { core->setTarget(PlayerRun::Target::Paused); });
}

void PlayerChain::stop() {
  core_->onStopAsked();
  executor_->post([core = core_] { core->stop(); });
}

void PlayerChain::seek(milliseconds position, std::move_only_function<void(bool)> done) {
  executor_->post([core = core_, position, done = std::move(done)]() mutable {
    auto reply = [core, done = std::move(done)](bool is_sought) mutable {
      core->answer(std::move(done), is_sought);
    };
    if (PlayerRun* run = core->run()) return run->seek(position, std::move(reply));
    reply(false);
  });
}

void PlayerChain::position(std::move_only_function<void(milliseconds)> done) {
  executor_->post([core = core_, done = std::move(done)]() mutable {
    const PlayerRun* run = core->run();
    core->answer(std::move(done), run ? run->position() : milliseconds(0));
  });
}

void PlayerChain::videoInfo(std::move_only_function<void(const VideoInfo&)> done) {
  executor_->post([core = core_, done = std::move(done)]() mutable {
    const PlayerRun* run = core->run();
    core->answer(std::move(done), run ? run->videoInfo() : VideoInfo{});
  });
}

void PlayerChain::dot(std::move_only_function<void(std::string)> done) {
  executor_->post([core = core_, done = std::move(done)]() mutable {
    const PlayerRun* run = core->run();
    core->answer(std::move(done), run ? run->dot() : std::string());
  });
}

void PlayerChain::setBitrates(const EncoderBitrates& bitrates) {
  executor_->post([core = core_, bitrates] { core->setBitrates(bitrates); });
}

std::unique_ptr<FrameProducer> PlayerChain::makeProducer(std::shared_ptr<FrameInlet> inlet,
                                                         std::vector<peer::CodecFormat> accepted) {
  const rtp::MediaKind kind = inlet->kind();
  return std::make_unique<PostedProducer>(
      core_, executor_,
      FrameListener{.inlet = std::move(inlet), .kind = kind, .accepted = std::move(accepted)});
}

bool PlayerChain::takeFlow(rtp::MediaKind kind) { return core_->takeFlow(kind); }

void PlayerChain::checkOpening() {
  if (core_->isOverdue()) executor_->post([core = core_] { core->maybeGiveUp(); });
}

}  // namespace ms::frame
