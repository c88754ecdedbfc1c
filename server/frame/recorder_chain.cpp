#include "server/frame/recorder_chain.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "server/base/log.h"
#include "server/frame/recorder_pipeline.h"

namespace ms::frame {
namespace {

LogCategory category("recorderendpoint");

constexpr std::array kKinds{rtp::MediaKind::Audio, rtp::MediaKind::Video};

std::size_t indexOf(rtp::MediaKind kind) { return static_cast<std::size_t>(kind); }

const MediaError kTooSlow{.type = "RESOURCE_ERROR_WRITE",
                          .code = 0,
                          .description = "The target takes media too slowly: some is lost"};

}  // namespace

// Used on the executor, but for the feeds.
class RecorderChain::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Loop& home, std::shared_ptr<SerialExecutor> executor, RecorderSettings settings,
       std::weak_ptr<RecorderObserver> observer)
      : home_(home),
        executor_(std::move(executor)),
        settings_(std::move(settings)),
        observer_(std::move(observer)) {}

  const std::shared_ptr<TrackFeed>& feed(rtp::MediaKind kind) const {
    return feeds_[indexOf(kind)];
  }

  void setFormat(rtp::MediaKind kind, const peer::CodecFormat& format) {
    formats_[indexOf(kind)] = format;
    if (!pipeline_) return maybeOpen();
    if (pipeline_->has(kind)) return pipeline_->change(kind, format);
    MS_LOG(category, Warning, settings_.uri << ": a track that begins so late is left out");
  }
  void expect(std::vector<rtp::MediaKind> kinds) {
    expected_ = std::move(kinds);
    maybeOpen();
  }
  void openWithWhatIsKnown() {
    if (std::ranges::any_of(formats_, [](const auto& format) { return format.has_value(); }))
      open();
  }

  void followSource(const EncoderBitrates& limits) {
    const Timestamp now = Loop::now();
    const std::uint64_t bytes = feed(rtp::MediaKind::Video)->writtenBytes();
    const Duration span = now - std::exchange(measured_at_, now);
    const std::uint64_t grown = bytes - std::exchange(measured_bytes_, bytes);
    if (!pipeline_ || grown == 0 || span <= Duration(0)) return;
    const Bitrate source(static_cast<std::int64_t>(grown) * 8'000'000 / span.count());
    pipeline_->setVideoBitrate(recordingBitrate(source, limits));
  }

  void finish() {
    if (is_finished_) return;
    if (pipeline_) {
      if (const auto error = pipeline_->waitForEnd(kMaxFinish)) return fail(*error);
      for (const rtp::MediaKind kind : kKinds)
        if (const auto error = pipeline_->takeBranchError(kind)) lose(*error);
      pipeline_->close();
      pipeline_->finalise();
    }
    is_finished_ = true;
    tell([](RecorderObserver& observer) { observer.onFinished(); });
  }
  void draw(std::move_only_function<void(std::string)> done) {
    home_.post([done = std::move(done),
                text = pipeline_ && !is_finished_ ? pipeline_->dot() : std::string()]() mutable {
      done(std::move(text));
    });
  }
  void fail(const MediaError& error) {
    if (std::exchange(is_finished_, true)) return;
    MS_LOG(category, Warning, settings_.uri << ": " << error.description);
    if (pipeline_) pipeline_->close();
    for (const auto& feed : feeds_) feed->decline();
    tell([error](RecorderObserver& observer) { observer.onError(error); });
  }

 private:
  void maybeOpen() {
    if (expected_.empty()) return;
    if (std::ranges::all_of(
            expected_, [&](rtp::MediaKind kind) { return formats_[indexOf(kind)].has_value(); }))
      open();
  }

  void open() {
    if (pipeline_ || is_finished_) return;
    const Bitrate first = withinLimits(kFirstVideoBitrate, settings_.bitrates);
    pipeline_.emplace(settings_.uri, settings_.container, first, listener());
    std::vector<RecorderPipeline::Track> tracks;
    for (const rtp::MediaKind kind : kKinds)
      if (const auto& format = formats_[indexOf(kind)])
        tracks.push_back({kind, *format, feed(kind)});
    for (const rtp::MediaKind kind : kKinds)
      if (!formats_[indexOf(kind)]) feed(kind)->decline();
    if (const auto failure = pipeline_->open(tracks)) fail(*failure);
  }

  RecorderPipeline::Told listener() {
    const auto post = [executor = std::weak_ptr(executor_), weak = weak_from_this()](auto call) {
      if (const auto living = executor.lock())
        living->post([weak, call = std::move(call)] {
          if (const auto core = weak.lock()) call(*core);
        });
    };
    return {
        .on_error =
            [post](const MediaError& error) { post([error](Core& core) { core.fail(error); }); },
        .on_branch_error =
            [post](rtp::MediaKind kind) { post([kind](Core& core) { core.onBranchError(kind); }); },
        .on_drained =
            [post](rtp::MediaKind kind) { post([kind](Core& core) { core.onDrained(kind); }); },
        .on_full = [post] { post([](Core& core) { core.lose(kTooSlow); }); }};
  }

  void onDrained(rtp::MediaKind kind) {
    if (is_finished_ || pipeline_->drained(kind)) return;
    lose({.type = "STREAM_ERROR_DECODE",
          .code = 0,
          .description = "What a track has changed to cannot be recorded"});
  }

  void onBranchError(rtp::MediaKind kind) {
    const auto error = is_finished_ ? std::nullopt : pipeline_->takeBranchError(kind);
    if (!error) return;
    if (!pipeline_->makeBranchAnew(kind, Loop::now()) && !pipeline_->hasLivingTrack())
      return fail(*error);
    lose(*error);
  }

  void lose(const MediaError& error) {
    if (is_finished_) return;
    MS_LOG(category, Warning, settings_.uri << ": " << error.description);
    tell([error](RecorderObserver& observer) { observer.onLoss(error); });
  }

  template <class Call>
  void tell(Call call) {
    home_.post([observer = observer_, call = std::move(call)] {
      if (const auto living = observer.lock()) call(*living);
    });
  }

  Loop& home_;
  const std::shared_ptr<SerialExecutor> executor_;
  const RecorderSettings settings_;
  const std::weak_ptr<RecorderObserver> observer_;
  const std::shared_ptr<TrackOrigin> origin_ = std::make_shared<TrackOrigin>();
  const std::array<std::shared_ptr<TrackFeed>, 2> feeds_{std::make_shared<TrackFeed>(origin_),
                                                         std::make_shared<TrackFeed>(origin_)};
  std::vector<rtp::MediaKind> expected_;
  std::array<std::optional<peer::CodecFormat>, 2> formats_;
  bool is_finished_ = false;
  std::uint64_t measured_bytes_ = 0;  // Of video.
  Timestamp measured_at_ = Loop::now();
  std::optional<RecorderPipeline> pipeline_;
};

RecorderChain::RecorderChain(Loop& home, FrameThreads& threads, RecorderSettings settings,
                             std::weak_ptr<RecorderObserver> observer)
    : executor_(std::make_shared<SerialExecutor>(threads, "recorder")),
      core_(std::make_shared<Core>(home, executor_, std::move(settings), std::move(observer))) {}

RecorderChain::~RecorderChain() {
  for (const rtp::MediaKind kind : kKinds) feed(kind)->end();
  executor_->post([core = std::move(core_)] { core->finish(); });
  executor_->finish();
}

const std::shared_ptr<TrackFeed>& RecorderChain::feed(rtp::MediaKind kind) const {
  return core_->feed(kind);
}

std::function<void(const peer::CodecFormat&)> RecorderChain::formatListener(
    rtp::MediaKind kind) const {
  return [weak = std::weak_ptr(core_), executor = std::weak_ptr(executor_),
          kind](const peer::CodecFormat& format) {
    if (const auto living = executor.lock())
      living->post([weak, kind, format] {
        if (const auto core = weak.lock()) core->setFormat(kind, format);
      });
  };
}

void RecorderChain::expect(std::vector<rtp::MediaKind> kinds) {
  executor_->post(
      [core = core_, kinds = std::move(kinds)]() mutable { core->expect(std::move(kinds)); });
}

void RecorderChain::openWithWhatIsKnown() {
  executor_->post([core = core_] { core->openWithWhatIsKnown(); });
}

void RecorderChain::followSource(const EncoderBitrates& limits) {
  executor_->post([core = core_, limits] { core->followSource(limits); });
}

void RecorderChain::finish() {
  executor_->post([core = core_] { core->finish(); });
}

void RecorderChain::dot(std::move_only_function<void(std::string)> done) {
  executor_->post(
      [core = core_, done = std::move(done)]() mutable { core->draw(std::move(done)); });
}

}  // namespace ms::frame
