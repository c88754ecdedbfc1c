#include "server/frame/player_run.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "server/base/log.h"
#include "server/frame/media_feed.h"
#include "server/frame/uri_user.h"

namespace ms::frame {
namespace {

using std::chrono::milliseconds;

LogCategory category("playerendpoint");

// Where decoding stops, by the demuxer's caps: what this server can send without.
constexpr const char* kRawMedia = "video/x-raw(ANY);audio/x-raw(ANY)";
constexpr const char* kEncodedAudio =
    ";audio/x-opus;audio/x-mulaw,rate=8000,channels=1;audio/x-alaw,rate=8000,channels=1";
constexpr const char* kEncodedVideo =
    ";video/x-vp8;video/x-vp9;video/x-av1;video/x-h264;video/x-h265,parsed=true";

// How long a server may take to answer, in microseconds.
constexpr guint64 kTcpTimeout = 10'000'000;

std::string decodeUntil(MediaForm form) {
  std::string caps = std::string(kRawMedia) + kEncodedAudio;
  return form == MediaForm::Encoded ? caps + kEncodedVideo : caps;
}

std::optional<rtp::MediaKind> kindOf(GstPad* pad) {
  const GstPtr<GstCaps> caps(gst_pad_get_current_caps(pad));
  if (!caps || gst_caps_is_empty(caps.get()) || gst_caps_is_any(caps.get())) return std::nullopt;
  const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  if (name.starts_with("audio/")) return rtp::MediaKind::Audio;
  if (name.starts_with("video/")) return rtp::MediaKind::Video;
  return std::nullopt;
}

bool hasProperty(GstElement* element, const char* name) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), name) != nullptr;
}

milliseconds toMilliseconds(gint64 nanoseconds) {
  return milliseconds(std::max<gint64>(nanoseconds, 0) / GST_MSECOND);
}

bool isOfInterest(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_EOS:
    case GST_MESSAGE_ASYNC_DONE:
    case GST_MESSAGE_BUFFERING:
    case GST_MESSAGE_LATENCY:
      return true;
    default:
      return false;
  }
}

}  // namespace

PlayerRun::PlayerRun(PlayerSettings settings, Observer observer,
                     std::shared_ptr<SerialExecutor> executor)
    : settings_(std::move(settings)),
      observer_(std::move(observer)),
      executor_(std::move(executor)) {}

PlayerRun::~PlayerRun() {
  if (pending_seek_) pending_seek_->done(false);
  if (settings_.feed) settings_.feed->refuse();
  if (!pipeline_) return;
  link_->blocked_pads.openAll();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  streams_.clear();
}

// ---- On threads of GStreamer ----

void PlayerRun::Link::post(std::function<void(PlayerRun&)> call) const {
  executor->post([weak = run, call = std::move(call)] {
    if (const auto living = weak.lock()) call(*living);
  });
}

GstBusSyncReply PlayerRun::Link::onBusMessage(GstBus*, GstMessage* message, gpointer link) {
  std::shared_ptr<GstMessage> owned(message, &gst_message_unref);
  if (isOfInterest(message))
    static_cast<const Link*>(link)->post(
        [owned = std::move(owned)](PlayerRun& run) { run.handle(owned.get()); });
  return GST_BUS_DROP;
}

// Nothing flows until the stream has its place.
void PlayerRun::Link::onPadAdded(GstElement*, GstPad* pad, gpointer link) {
  if (!kindOf(pad)) return;
  auto& self = *static_cast<Link*>(link);
  self.blocked_pads.maybeBlock(pad);
  std::shared_ptr<GstPad> owned(GST_PAD(gst_object_ref(pad)), &gst_object_unref);
  self.post([owned = std::move(owned)](PlayerRun& run) { run.addStream(owned.get()); });
}

void PlayerRun::Link::onNoMorePads(GstElement*, gpointer link) {
  static_cast<const Link*>(link)->post([](PlayerRun& run) {
    run.has_all_streams_ = true;
    run.maybePrerolled();
  });
}

// GstAutoplugSelectResult, which no header has.
int PlayerRun::Link::onAutoplugSelect(GstElement*, GstPad*, GstCaps*, GstElementFactory* factory,
                                      gpointer link) {
  constexpr int kTry = 0, kSkip = 2;
  const char* const plugin = gst_plugin_feature_get_plugin_name(GST_PLUGIN_FEATURE(factory));
  const bool is_playable = static_cast<const Link*>(link)->playable.contains(
      plugin ? plugin : "", GST_OBJECT_NAME(factory));
  return is_playable ? kTry : kSkip;
}

// While the source is made, before anything else happens to it.
void PlayerRun::Link::onSourceSetup(GstElement*, GstElement* source, gpointer link) {
  static_cast<const Link*>(link)->setUpSource(source);
}

// Playlists name where their parts are: one from elsewhere has no say about files of this machine.
// What reads the playlist would keep an error of its source to itself.
void PlayerRun::Link::onElementAdded(GstBin* pipeline, GstBin*, GstElement* element,
                                     gpointer link) {
  if (!GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE) || !GST_IS_URI_HANDLER(element))
    return;
  const GstPtr<gchar> uri(gst_uri_handler_get_uri(GST_URI_HANDLER(element)));
  if (!uri || !gst_uri_has_protocol(uri.get(), kFileScheme)) return;
  const std::string& played = static_cast<const Link*>(link)->settings.uri;
  if (gst_uri_has_protocol(played.c_str(), kFileScheme)) return;
  gst_uri_handler_set_uri(GST_URI_HANDLER(element), "file:///dev/null", nullptr);
  GST_ELEMENT_ERROR(pipeline, RESOURCE, NOT_FOUND, ("A file of this machine"), ("%s", uri.get()));
}

void PlayerRun::Link::setUpSource(GstElement* source) const {
  if (settings.feed) {
    settings.feed->attach(source);
  } else if (hasProperty(source, "tcp-timeout")) {  // rtspsrc
    g_object_set(source, "latency", static_cast<guint>(settings.network_cache.count()),
                 "drop-on-latency", TRUE, "tcp-timeout", kTcpTimeout, nullptr);
    if (!settings.rtsp_client_port_range.empty())
      g_object_set(source, "port-range", settings.rtsp_client_port_range.c_str(), nullptr);
    if (const auto user = userOf(settings.uri))
      g_object_set(source, "user-id", user->name.c_str(), "user-pw", user->password.c_str(),
                   nullptr);
  } else if (hasProperty(source, "timeout") && hasProperty(source, "user-agent")) {  // souphttpsrc
    g_object_set(source, "timeout", static_cast<guint>(kTcpTimeout / 1'000'000), nullptr);
  }
}

// ---- On the executor ----

void PlayerRun::open() {
  startGStreamer();
  link_ = std::make_unique<Link>(executor_, weak_from_this(), settings_);
  const gpointer link = link_.get();
  pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  // The clock of Loop::now(), whatever the media would rather have.
  const GstPtr<GstClock> clock(gst_system_clock_obtain());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock.get());
  const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline_.get())));
  gst_bus_set_sync_handler(bus.get(), &Link::onBusMessage, link, nullptr);

  g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(Link::onElementAdded), link);

  GstElement* const reader = addReader();
  if (!reader) {
    return observer_.on_error({.type = "UNEXPECTED_ELEMENT_ERROR",
                               .code = 0,
                               .description = "GStreamer's base plug-ins are missing"});
  }
  const GstPtr<GstCaps> caps(gst_caps_from_string(decodeUntil(settings_.form).c_str()));
  g_object_set(reader, "caps", caps.get(), "expose-all-streams", FALSE, nullptr);
  g_signal_connect(reader, "pad-added", G_CALLBACK(Link::onPadAdded), link);
  g_signal_connect(reader, "no-more-pads", G_CALLBACK(Link::onNoMorePads), link);
  g_signal_connect(reader, "autoplug-select", G_CALLBACK(Link::onAutoplugSelect), link);
  is_live_ =
      gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED) == GST_STATE_CHANGE_NO_PREROLL;
  if (is_live_) is_prerolled_ = true;
  applyTarget();
}

// The element that gives the streams; null without GStreamer's plug-ins.
GstElement* PlayerRun::addReader() {
  GstBin* const pipeline = GST_BIN(pipeline_.get());
  file_ = WaitingFile::open(settings_.uri);
  GstElement* const reader =
      gst_element_factory_make(file_ ? "decodebin" : "uridecodebin", nullptr);
  if (!reader) return nullptr;
  gst_bin_add(pipeline, reader);
  if (file_) {
    GstElement* const source = makeDescriptorSource(file_->descriptor());
    if (!source) return nullptr;
    gst_bin_add(pipeline, source);
    gst_element_link(source, reader);
  } else {
    g_signal_connect(reader, "source-setup", G_CALLBACK(Link::onSourceSetup), link_.get());
    g_object_set(reader, "uri", settings_.uri.c_str(), nullptr);
  }
  return reader;
}

void PlayerRun::setTarget(Target target) {
  target_ = target;
  applyTarget();
}

// A failure is told by a message.
void PlayerRun::applyTarget() {
  if (!pipeline_ || !is_prerolled_) return;
  const bool plays = target_ == Target::Playing && !is_buffering_;
  gst_element_set_state(pipeline_.get(), plays ? GST_STATE_PLAYING : GST_STATE_PAUSED);
}

void PlayerRun::addStream(GstPad* pad) {
  const auto kind = kindOf(pad);
  if (kind && !stream(*kind)) {  // Of several languages or cameras, the first.
    streams_.push_back(std::make_unique<FrameStream>(
        pipeline_.get(), pad, *kind,
        is_live_ ? FrameStream::Pace::Clock : FrameStream::Pace::FromPreroll,
        [on_frame = observer_.on_frame, kind = *kind] { on_frame(kind); }, executor_));
    observer_.on_stream(*streams_.back());
  }
  link_->blocked_pads.open(pad);
}

FrameStream* PlayerRun::stream(rtp::MediaKind kind) const {
  for (const auto& stream : streams_)
    if (stream->kind() == kind) return stream.get();
  return nullptr;
}

void PlayerRun::handle(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      return onError(message);
    case GST_MESSAGE_EOS:
      if (settings_.feed) settings_.feed->finish();
      return observer_.on_end_of_stream();
    case GST_MESSAGE_ASYNC_DONE:
      return maybePrerolled();
    case GST_MESSAGE_BUFFERING:
      return onBuffering(message);
    default:
      gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
  }
}

MetWhere PlayerRun::whereMet(GstObject* element) const {
  if (!streams_.empty()) return MetWhere::InMedia;
  const bool reads =
      GST_IS_ELEMENT(element) && GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE);
  return reads && !GST_IS_BIN(element) ? MetWhere::Reading : MetWhere::LookingForMedia;
}

void PlayerRun::onError(GstMessage* message) {
  observer_.on_error(mediaErrorOf(*message, whereMet(GST_MESSAGE_SRC(message))));
}

// Data comes too slowly: it is collected before playing goes on. Live media does not wait.
void PlayerRun::onBuffering(GstMessage* message) {
  gint percent = 100;
  gst_message_parse_buffering(message, &percent);
  if (is_live_ || is_buffering_ == (percent < 100)) return;
  is_buffering_ = percent < 100;
  applyTarget();
}

// All streams are known, and each has its first buffer.
void PlayerRun::maybePrerolled() {
  if (is_prerolled_ || !has_all_streams_) return;
  if (streams_.empty())
    return observer_.on_error({.type = "INVALID_MEDIA", .code = 0, .description = "Invalid Media"});
  if (gst_element_get_state(pipeline_.get(), nullptr, nullptr, 0) != GST_STATE_CHANGE_SUCCESS)
    return;
  is_prerolled_ = true;
  if (settings_.feed) settings_.feed->onMediaFound();
  if (auto pending = std::exchange(pending_seek_, std::nullopt))
    pending->done(seekNow(pending->position));
  applyTarget();
}

void PlayerRun::seek(milliseconds position, std::move_only_function<void(bool)> done) {
  if (is_prerolled_) return done(seekNow(position));
  if (pending_seek_) pending_seek_->done(true);  // It would have been sought past at once.
  pending_seek_ = PendingSeek{position, std::move(done)};
}

// Encoded video can only begin at a key frame.
bool PlayerRun::seekNow(milliseconds position) {
  const VideoInfo info = videoInfo();
  if (!info.is_seekable) return false;
  if (info.duration > milliseconds(0)) position = std::min(position, info.duration);
  position = std::max(position, milliseconds(0));
  const FrameStream* const video = stream(rtp::MediaKind::Video);
  const auto exactly = video && video->isEncoded()
                           ? GstSeekFlags(GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE)
                           : GST_SEEK_FLAG_ACCURATE;
  if (!gst_element_seek_simple(pipeline_.get(), GST_FORMAT_TIME,
                               GstSeekFlags(GST_SEEK_FLAG_FLUSH | exactly),
                               position.count() * static_cast<gint64>(GST_MSECOND)))
    return false;
  last_sought_ = position;
  return true;
}

milliseconds PlayerRun::position() const {
  gint64 nanoseconds = 0;
  if (pipeline_ && gst_element_query_position(pipeline_.get(), GST_FORMAT_TIME, &nanoseconds))
    return toMilliseconds(nanoseconds);
  return last_sought_;
}

VideoInfo PlayerRun::videoInfo() const {
  VideoInfo info;
  if (!pipeline_ || !is_prerolled_) return info;
  gint64 duration = 0, begin = 0, end = 0;
  if (gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration))
    info.duration = toMilliseconds(duration);
  const GstPtr<GstQuery> query(gst_query_new_seeking(GST_FORMAT_TIME));
  if (!gst_element_query(pipeline_.get(), query.get())) return info;
  gboolean is_seekable = FALSE;
  gst_query_parse_seeking(query.get(), nullptr, &is_seekable, &begin, &end);
  if (!is_seekable) return info;
  info.is_seekable = true;
  info.seekable_begin = toMilliseconds(begin);
  info.seekable_end = end > 0 ? toMilliseconds(end) : info.duration;
  return info;
}

bool PlayerRun::hasOpened() const { return is_live_ ? !streams_.empty() : is_prerolled_; }

void PlayerRun::giveUp() {
  observer_.on_error({.type = "INVALID_MEDIA",
                      .code = 0,
                      .description = "Invalid Media: nothing to play has been found in time"});
}

std::string PlayerRun::dot() const { return dotOf(pipeline_.get()); }

}  // namespace ms::frame
