#include "modules/elements/src/recorder_endpoint.h"

#include <atomic>
#include <functional>
#include <utility>

#include "modules/elements/src/media_words.h"
#include "server/base/log.h"
#include "server/frame/track_sink.h"
#include "server/model/api_error.h"
#include "server/net/outlet.h"
#include "server/net/remote.h"

namespace ms::elements {
namespace {

LogCategory category("recorderendpoint");

using api::MediaProfileSpecType;
using api::UriEndpointState;

struct Profile {
  frame::Container container;
  bool audio;
  bool video;
};

Profile profileOf(MediaProfileSpecType type) {
  using enum MediaProfileSpecType;
  using frame::Container;
  switch (type) {
    case Webm:
      return {Container::WebM, true, true};
    case WebmVideoOnly:
      return {Container::WebM, false, true};
    case WebmAudioOnly:
      return {Container::WebM, true, false};
    case Mkv:
      return {Container::Matroska, true, true};
    case MkvVideoOnly:
      return {Container::Matroska, false, true};
    case MkvAudioOnly:
      return {Container::Matroska, true, false};
    case Mp4:
      return {Container::Mp4, true, true};
    case Mp4VideoOnly:
      return {Container::Mp4, false, true};
    case Mp4AudioOnly:
      return {Container::Mp4, true, false};
    case Flv:
      return {Container::Flv, true, true};
    case JpegVideoOnly:
      return {Container::Jpeg, false, true};
    case KurentoSplitRecorder:
      break;
  }
  throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam,
                        "KURENTO_SPLIT_RECORDER is not supported");
}

}  // namespace

// One kind of media: a sink on a worker, and how it is reached from the pipeline's loop.
class RecorderEndpoint::Track {
 public:
  Track(net::WorkerLease where, const frame::TrackSink::Settings& settings,
        const rtp::NtpClock& clock, frame::RecorderChain& chain)
      : kind_(settings.kind),
        lease_(std::move(where)),
        sink_(lease_.loop(), [&loop = lease_.loop(), settings, clock, feed = chain.feed(kind_),
                              on_format = chain.formatListener(kind_), flow = flow_] {
          return std::make_unique<frame::TrackSink>(
              loop, clock, settings, feed,
              frame::TrackSink::Told{.on_format = on_format,
                                     .on_packet = [flow] { *flow = true; }});
        }) {}

  rtp::MediaKind kind() const { return kind_; }
  bool hasSource() const { return has_source_; }
  void setSource(net::OutletPtr outlet) {
    has_source_ = outlet != nullptr;
    sink_.call([&worker = lease_.worker(), outlet = std::move(outlet)](frame::TrackSink& sink) {
      worker.loop().assertHere();
      sink.setSource(outlet ? worker.services().relays.sourceOf(outlet) : nullptr, Loop::now());
    });
  }
  void record() {
    sink_.call([](frame::TrackSink& sink) { sink.start(Loop::now()); });
  }
  void pause() {
    sink_.call([](frame::TrackSink& sink) { sink.halt(Loop::now()); });
  }
  // `done` is called on the worker's loop, when all is written.
  void end(std::function<void()> done) {
    sink_.call([done = std::move(done)](frame::TrackSink& sink) { sink.end(Loop::now(), done); });
  }
  bool takeFlow() { return flow_->exchange(false); }

 private:
  const rtp::MediaKind kind_;
  const net::WorkerLease lease_;
  const std::shared_ptr<std::atomic<bool>> flow_ = std::make_shared<std::atomic<bool>>(false);
  bool has_source_ = false;
  net::Remote<frame::TrackSink> sink_;
};

RecorderEndpoint::RecorderEndpoint(model::ObjectContext context, ElementServices& services,
                                   const api::RecorderEndpointArguments& arguments)
    : UriEndpoint(context, arguments.uri),
      services_(services),
      arguments_(arguments),
      stop_timer_(loop()),
      flow_timer_(loop()) {
  profileOf(arguments.media_profile);
}

RecorderEndpoint::~RecorderEndpoint() = default;

// ---- What it is told ----

void RecorderEndpoint::record(model::Answer<void> answer) {
  if (is_ending_) {
    MS_LOG(category, Warning, id() << ": a recorder records once");
    return answer({});
  }
  if (!chain_) begin();
  for (const auto& track : tracks_) track->record();
  if (getState() == UriEndpointState::Start) return answer({});
  setState(UriEndpointState::Start);
  raise(api::Recording());
  answer({});
}

// Of what is connected now, all is waited for; when nothing is, whatever comes first.
void RecorderEndpoint::begin() {
  const Profile profile = profileOf(arguments_.media_profile);
  const std::shared_ptr<frame::RecorderObserver> observer(shared_from_this(), this);
  chain_ = std::make_unique<frame::RecorderChain>(
      loop(), services_.frameThreads(),
      frame::RecorderSettings{.uri = absoluteUri(), .container = profile.container}, observer);
  std::vector<rtp::MediaKind> expected;
  for (const rtp::MediaKind kind : kMediaKinds) {
    if (!(kind == rtp::MediaKind::Audio ? profile.audio : profile.video)) continue;
    const frame::TrackSink::Settings settings{.kind = kind, .closes_gaps = closesGaps()};
    Track& track = *tracks_.emplace_back(
        std::make_unique<Track>(services_.leaseNear(loop()), settings, services_.clock(), *chain_));
    track.setSource(upstreamSource(typeOf(kind)));
    if (track.hasSource()) expected.push_back(kind);
  }
  if (expected.empty())
    for (const auto& track : tracks_) expected.push_back(track->kind());
  chain_->expect(std::move(expected));
  flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
}

bool RecorderEndpoint::closesGaps() const {
  return settings().text("RecorderEndpoint", "gapsFix", "NONE") == "GENPTS";
}

void RecorderEndpoint::pause(model::Answer<void> answer) {
  if (getState() != UriEndpointState::Start) {
    MS_LOG(category, Warning, id() << ": only what records can be halted");
    return answer({});
  }
  for (const auto& track : tracks_) track->pause();
  setState(UriEndpointState::Pause);
  raise(api::Paused());
  answer({});
}

void RecorderEndpoint::stop(model::Answer<void> answer) {
  finish();
  answer({});
}

void RecorderEndpoint::stopAndWait(model::Answer<void> answer) {
  if (!finish() && (has_ended_ || !is_ending_)) return answer({});
  waiting_.push_back(std::move(answer));
  if (stop_timer_.isPending()) return;
  stop_timer_.start(kMaxStop, [this] {
    MS_LOG(category, Warning, id() << ": the end of the recording takes long");
    for (auto& waiting : std::exchange(waiting_, {})) waiting({});
  });
}

// False when there is nothing to finish, or not any more.
bool RecorderEndpoint::finish() {
  if (!chain_ || std::exchange(is_ending_, true)) return false;
  tracks_to_end_ = tracks_.size();
  chain_->openWithWhatIsKnown();
  for (const auto& track : tracks_)
    track->end([this, self = shared_from_this(), home = &loop()] {
      home->post([this, self] {
        if (--tracks_to_end_ == 0 && chain_) chain_->finish();
      });
    });
  return true;
}

// ---- Media ----

RecorderEndpoint::Track* RecorderEndpoint::track(api::MediaType type) const {
  for (const auto& track : tracks_)
    if (typeOf(track->kind()) == type) return track.get();
  return nullptr;
}

core::AcceptedFormats RecorderEndpoint::acceptedFormats(api::MediaType type) const {
  const auto kind = kindOf(type);
  if (!kind) return {};
  return frame::recordableFormats(profileOf(arguments_.media_profile).container, *kind);
}

void RecorderEndpoint::onUpstreamChanged(api::MediaType type) {
  if (Track* const changed = is_ending_ ? nullptr : track(type))
    changed->setSource(upstreamSource(type));
}

void RecorderEndpoint::onUpstreamEnd() {
  if (arguments_.stop_on_end_of_stream) finish();
}

void RecorderEndpoint::checkFlow() {
  bool flows = false;
  for (const auto& track : tracks_) {
    const bool track_flows = track->takeFlow();
    flows |= track_flows;
    setFlowIn(typeOf(track->kind()),
              track_flows ? api::MediaFlowState::Flowing : api::MediaFlowState::NotFlowing);
  }
  if (std::exchange(has_flowed_, flows) && flows) chain_->openWithWhatIsKnown();
  flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
}

// ---- What the chain tells ----

void RecorderEndpoint::onFinished() { onEnd(); }

void RecorderEndpoint::onLoss(const frame::MediaError& error) {
  raiseError(error.description, error.code, error.type);
}

void RecorderEndpoint::onError(const frame::MediaError& error) {
  raiseError(error.description, error.code, error.type);
  finish();
  onEnd();
}

void RecorderEndpoint::onEnd() {
  if (std::exchange(has_ended_, true)) return;
  flow_timer_.cancel();
  stop_timer_.cancel();
  for (const auto& track : tracks_)
    setFlowIn(typeOf(track->kind()), api::MediaFlowState::NotFlowing);
  setState(UriEndpointState::Stop);
  raise(api::Stopped());
  for (auto& waiting : std::exchange(waiting_, {})) waiting({});
}

// The links first, so that neighbours let go of the media before it ends.
void RecorderEndpoint::onClose() {
  UriEndpoint::onClose();
  stop_timer_.cancel();
  flow_timer_.cancel();
  for (auto& waiting : std::exchange(waiting_, {})) waiting({});
  tracks_.clear();
  chain_.reset();
}

}  // namespace ms::elements
