#include "modules/elements/src/recorder_endpoint.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <utility>

#include "modules/elements/src/encoded_outlets.h"
#include "modules/elements/src/media_words.h"
#include "server/base/log.h"
#include "server/model/api_error.h"
#include "server/net/outlet.h"

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
      break;  // As it comes: Matroska takes everything.
  }
  return {Container::Matroska, true, true};
}

// "film.mkv" -> "film-00002.mkv".
std::string numbered(const std::string& uri, unsigned number) {
  const std::size_t end = std::min(uri.find_first_of("?#"), uri.size());
  const std::size_t name = uri.rfind('/', end) + 1;
  const std::size_t dot = uri.rfind('.', end);
  const std::size_t place = dot != std::string::npos && dot > name ? dot : end;
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return uri.substr(0, place) + '-' + digits + uri.substr(place);
}

}  // namespace

// One kind of media of a segment.
struct RecorderEndpoint::Track {
  // on_begin is called on the worker.
  Track(net::WorkerLease lease, const frame::TrackSink::Settings& settings,
        const rtp::NtpClock& clock, const std::shared_ptr<frame::RecorderChain>& chain,
        std::function<void()> on_begin)
      : kind(settings.kind),
        input(std::move(lease), clock,
              {.settings = settings,
               .feed = chain->feed(kind),
               // The chain ends when the last track has written what it kept, on its worker.
               .on_format =
                   [chain, listener = chain->formatListener(kind),
                    on_begin = std::move(on_begin)](const peer::CodecFormat& format) {
                     listener(format);
                     on_begin();
                   },
               .on_packet = [has_flowed = has_flowed] { *has_flowed = true; }}) {}

  const rtp::MediaKind kind;
  bool is_expected = false;  // Something is connected.
  bool has_begun = false;
  // Since it was looked at last. Shared with the worker.
  const std::shared_ptr<std::atomic<bool>> has_flowed = std::make_shared<std::atomic<bool>>(false);
  TrackInput input;
};

// One file or upload. Told of on the pipeline's loop, as long as the endpoint holds it.
struct RecorderEndpoint::Segment final : frame::RecorderObserver,
                                         std::enable_shared_from_this<Segment> {
  explicit Segment(RecorderEndpoint& owner) : recorder(owner) {}

  Track* track(api::MediaType type) const {
    for (const auto& track : tracks)
      if (typeOf(track->kind) == type) return track.get();
    return nullptr;
  }
  void onTrackBegun(rtp::MediaKind kind) {
    track(typeOf(kind))->has_begun = true;
    if (std::ranges::all_of(tracks,
                            [](const auto& one) { return one->has_begun || !one->is_expected; }))
      recorder.onSegmentBegun(*this);
  }

  // frame::RecorderObserver.
  void onFinished() override { recorder.onSegmentFinished(*this); }
  void onLoss(const frame::MediaError& error) override { recorder.onLoss(error); }
  void onError(const frame::MediaError& error) override { recorder.onError(error); }

  RecorderEndpoint& recorder;
  std::shared_ptr<frame::RecorderChain> chain;  // Its tracks', too.
  std::vector<std::unique_ptr<Track>> tracks;
  std::size_t tracks_to_end = 0;
  bool has_begun = false;
  bool is_ending = false;
  bool has_ended = false;
};

RecorderEndpoint::RecorderEndpoint(model::ObjectContext context, ElementServices& services,
                                   const api::RecorderEndpointArguments& arguments)
    : UriEndpoint(context, arguments.uri),
      services_(services),
      arguments_(arguments),
      split_interval_(splitInterval()),
      stop_timer_(loop()),
      flow_timer_(loop()),
      split_timer_(loop()) {
  if (arguments.media_profile == MediaProfileSpecType::KurentoSplitRecorder &&
      split_interval_ <= Duration(0))
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam,
                          "KURENTO_SPLIT_RECORDER is not supported");
}

RecorderEndpoint::~RecorderEndpoint() = default;

// ---- What it is told ----

void RecorderEndpoint::record(model::Answer<void> answer) {
  if (is_ending_) {
    MS_LOG(category, Warning, id() << ": a recorder records once");
    return answer({});
  }
  if (segments_.empty()) {
    addSegment();
    flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
    if (split_interval_ > Duration(0)) split_timer_.start(split_interval_, [this] { split(); });
  }
  forEachTrack(&TrackInput::start);
  if (getState() == UriEndpointState::Start) return answer({});
  setState(UriEndpointState::Start);
  raise(api::Recording());
  answer({});
}

// Of those that do not end yet.
void RecorderEndpoint::forEachTrack(void (TrackInput::*call)()) const {
  for (const auto& segment : segments_)
    if (!segment->is_ending)
      for (const auto& track : segment->tracks) (track->input.*call)();
}

Duration RecorderEndpoint::splitInterval() const {
  if (arguments_.media_profile != MediaProfileSpecType::KurentoSplitRecorder) return Duration(0);
  return std::chrono::seconds(settings().number("RecorderEndpoint", "splitSeconds", 0));
}

// Of what is connected now, all is waited for; when nothing is, whatever comes first.
void RecorderEndpoint::addSegment() {
  const Profile profile = profileOf(arguments_.media_profile);
  const bool is_numbered = split_interval_ > Duration(0);
  Segment& segment = *segments_.emplace_back(std::make_shared<Segment>(*this));
  const unsigned number = segments_begun_++;
  segment.chain = std::make_shared<frame::RecorderChain>(
      loop(), services_.frameThreads(),
      frame::RecorderSettings{.uri = is_numbered ? numbered(absoluteUri(), number) : absoluteUri(),
                              .container = profile.container,
                              .bitrates = encoderBitratesOf(*this)},
      segments_.back());
  if (profile.audio) addTrack(segment, rtp::MediaKind::Audio);
  if (profile.video) addTrack(segment, rtp::MediaKind::Video);
  if (std::ranges::none_of(segment.tracks, &Track::is_expected))
    for (const auto& track : segment.tracks) track->is_expected = true;
  std::vector<rtp::MediaKind> expected;
  for (const auto& track : segment.tracks)
    if (track->is_expected) expected.push_back(track->kind);
  segment.chain->expect(std::move(expected));
  has_flowed_ = false;
}

void RecorderEndpoint::addTrack(Segment& segment, rtp::MediaKind kind) {
  const frame::TrackSink::Settings settings{.kind = kind, .closes_gaps = closesGaps()};
  auto on_begin = [weak = segment.weak_from_this(), home = &loop(), kind] {
    home->post([weak, kind] {
      if (const auto living = weak.lock()) living->onTrackBegun(kind);
    });
  };
  Track& track = *segment.tracks.emplace_back(
      std::make_unique<Track>(services_.leaseNear(loop()), settings, services_.clock(),
                              segment.chain, std::move(on_begin)));
  const auto source = upstreamSource(typeOf(kind));
  track.input.setSource(source);
  track.is_expected = source != nullptr;
}

// Not while nothing is recorded, or two are there: one waits for media still, or the target of the
// other is slow to take its end.
void RecorderEndpoint::split() {
  split_timer_.start(split_interval_, [this] { split(); });
  if (getState() != UriEndpointState::Start) return;
  if (segments_.size() > 1 || !segments_.front()->has_begun) return;
  addSegment();
  for (const auto& track : segments_.back()->tracks) track->input.start();
}

bool RecorderEndpoint::closesGaps() const {
  return settings().text("RecorderEndpoint", "gapsFix", "NONE") == "GENPTS";
}

void RecorderEndpoint::pause(model::Answer<void> answer) {
  if (getState() != UriEndpointState::Start) {
    MS_LOG(category, Warning, id() << ": only what records can be halted");
    return answer({});
  }
  forEachTrack(&TrackInput::halt);
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
  if (segments_.empty() || std::exchange(is_ending_, true)) return false;
  split_timer_.cancel();
  // What one that still waits would hold is in the one before.
  if (segments_.size() > 1 && !segments_.back()->has_begun) segments_.pop_back();
  for (const auto& segment : segments_) end(*segment);
  return true;
}

void RecorderEndpoint::end(Segment& segment) {
  if (std::exchange(segment.is_ending, true)) return;
  segment.tracks_to_end = segment.tracks.size();
  segment.chain->openWithWhatIsKnown();
  for (const auto& track : segment.tracks)
    track->input.end([weak = segment.weak_from_this(), home = &loop()] {
      home->post([weak] {
        const auto living = weak.lock();
        if (living && --living->tracks_to_end == 0) living->chain->finish();
      });
    });
}

// ---- Media ----

core::AcceptedFormats RecorderEndpoint::acceptedFormats(api::MediaType type) const {
  const auto kind = kindOf(type);
  if (!kind) return {};
  return frame::recordableFormats(profileOf(arguments_.media_profile).container, *kind);
}

void RecorderEndpoint::onUpstreamChanged(api::MediaType type) {
  for (const auto& segment : segments_)
    if (Track* const changed = segment->is_ending ? nullptr : segment->track(type))
      changed->input.setSource(upstreamSource(type));
}

void RecorderEndpoint::onUpstreamEnd() {
  if (arguments_.stop_on_end_of_stream) finish();
}

void RecorderEndpoint::checkFlow() {
  Segment& newest = *segments_.back();
  bool flows = false;
  for (const auto& track : newest.tracks) {
    const bool track_flows = track->has_flowed->exchange(false);
    flows |= track_flows;
    setFlowIn(typeOf(track->kind),
              track_flows ? api::MediaFlowState::Flowing : api::MediaFlowState::NotFlowing);
  }
  // A segment that follows another one can wait: nothing is lost meanwhile.
  if (std::exchange(has_flowed_, flows) && flows && segments_.size() == 1) {
    newest.chain->openWithWhatIsKnown();
    onSegmentBegun(newest);
  }
  newest.chain->followSource(encoderBitratesOf(*this));
  flow_timer_.start(kFlowCheckInterval, [this] { checkFlow(); });
}

// ---- What segments tell ----

void RecorderEndpoint::onSegmentBegun(Segment& segment) {
  if (std::exchange(segment.has_begun, true)) return;
  for (const auto& other : segments_)
    if (other.get() != &segment) end(*other);
}

void RecorderEndpoint::onSegmentFinished(Segment& segment) {
  segment.has_ended = true;
  if (std::ranges::all_of(segments_, &Segment::has_ended)) return onEnd();
  if (!is_ending_) std::erase_if(segments_, [](const auto& one) { return one->has_ended; });
}

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
  split_timer_.cancel();
  for (const auto& track : segments_.back()->tracks)
    setFlowIn(typeOf(track->kind), api::MediaFlowState::NotFlowing);
  setState(UriEndpointState::Stop);
  raise(api::Stopped());
  for (auto& waiting : std::exchange(waiting_, {})) waiting({});
}

// The links first, so that neighbours let go of the media before it ends.
void RecorderEndpoint::onClose() {
  UriEndpoint::onClose();
  stop_timer_.cancel();
  flow_timer_.cancel();
  split_timer_.cancel();
  for (auto& waiting : std::exchange(waiting_, {})) waiting({});
  segments_.clear();
}

void RecorderEndpoint::drawChains(core::OnDrawn done) {
  if (segments_.empty()) return done({});
  segments_.back()->chain->dot(std::move(done));
}

}  // namespace ms::elements
