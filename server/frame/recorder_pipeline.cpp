#include "server/frame/recorder_pipeline.h"

#include <algorithm>
#include <condition_variable>
#include <system_error>
#include <utility>

#include "server/base/log.h"
#include "server/base/mutex.h"
#include "server/frame/codec_table.h"
#include "server/frame/file_uri.h"
#include "server/frame/mp4_fast_start.h"

namespace ms::frame {
namespace {

LogCategory category("recorderendpoint");

const char* nameOf(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? "audio" : "video";
}

bool isHttp(const std::string& uri) {
  return uri.starts_with("http://") || uri.starts_with("https://");
}

// A file is written at once: what is in a buffer of ours would be lost with the process.
std::string sinkFor(const std::string& uri) {
  if (isHttp(uri)) return "curlhttpsink name=target use-content-length=false sync=false";
  return "filesink name=target buffer-mode=unbuffered sync=false async=false";
}

MediaError cannotRecord(rtp::MediaKind kind) {
  return {.type = "STREAM_ERROR_DECODE",
          .code = 0,
          .description = std::string("This ") + nameOf(kind) + " codec cannot be recorded"};
}

// The container is told once what is in a track. A sender that changes the size of its picture says
// so in the stream itself, where decoders look for it.
GstPadProbeReturn keepFirstCaps(GstPad*, GstPadProbeInfo* info, gpointer seen) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  return std::exchange(*static_cast<bool*>(seen), true) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

// A frame lasts until the next one; the last one is taken to last as long as the one before, or MP4
// would give it no time at all.
struct LastFrame {
  GstClockTime begin = GST_CLOCK_TIME_NONE;
  GstClockTime duration = 20 * GST_MSECOND;
};
GstPadProbeReturn giveDuration(GstPad*, GstPadProbeInfo* info, gpointer data) {
  GstBuffer* const buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  auto& last = *static_cast<LastFrame*>(data);
  const GstClockTime begin = GST_BUFFER_PTS(buffer);
  if (GST_CLOCK_TIME_IS_VALID(last.begin) && begin > last.begin) last.duration = begin - last.begin;
  last.begin = begin;
  if (!GST_BUFFER_DURATION_IS_VALID(buffer)) GST_BUFFER_DURATION(buffer) = last.duration;
  return GST_PAD_PROBE_OK;
}

// The sound that an encoder of AAC is given comes out of a decoder one frame late: the first one
// holds nothing, and those after it are what came a frame before.
constexpr GstClockTime kAacDelay = 1024 * GST_SECOND / 44100;
GstPadProbeReturn undelayAac(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstBuffer* const buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  if (GST_BUFFER_PTS(buffer) < kAacDelay) return GST_PAD_PROBE_DROP;
  GST_BUFFER_PTS(buffer) -= kAacDelay;
  GST_BUFFER_DTS(buffer) = GST_BUFFER_PTS(buffer);
  return GST_PAD_PROBE_OK;
}

template <class State>
void addProbe(GstPad* pad, GstPadProbeType type, GstPadProbeCallback callback) {
  gst_pad_add_probe(pad, type, callback, new State(),
                    [](gpointer state) { delete static_cast<State*>(state); });
}

// On the bin of each branch: its kind of media, counted from one.
GQuark branchKind() {
  static const GQuark quark = g_quark_from_static_string("ms-branch-kind");
  return quark;
}
void setBranchKind(GstElement* branch, rtp::MediaKind kind) {
  g_object_set_qdata(G_OBJECT(branch), branchKind(), GINT_TO_POINTER(static_cast<gint>(kind) + 1));
}
// Of the branch that the object is in, if it is in one.
std::optional<rtp::MediaKind> branchKindOf(GstObject* object) {
  GstPtr<GstObject> place(GST_OBJECT(gst_object_ref(object)));
  while (place) {
    if (gpointer const kind = g_object_get_qdata(G_OBJECT(place.get()), branchKind()))
      return static_cast<rtp::MediaKind>(GPOINTER_TO_INT(kind) - 1);
    place.reset(gst_object_get_parent(place.get()));
  }
  return std::nullopt;
}

// So that a player can begin in many places. An encoder has one of these properties.
void setKeyFrameDistance(GstElement* branch) {
  const GstPtr<GstElement> encoder(gst_bin_get_by_name(GST_BIN(branch), kEncoderName));
  if (!encoder) return;
  for (const char* property : {"keyframe-max-dist", "gop-size", "key-int-max"})
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(encoder.get()), property))
      g_object_set(encoder.get(), property, kKeyFrameDistance, nullptr);
}

}  // namespace

// What GStreamer's threads know of it.
struct RecorderPipeline::Link {
  // What becomes of the end of a branch's stream.
  enum class BranchEnd { EndsTrack, IsTold, IsDropped };

  const Told told;
  Mutex mutex;
  std::condition_variable_any changed;
  bool has_ended GUARDED_BY(mutex) = false;
  std::optional<MediaError> error GUARDED_BY(mutex);  // That ended it.
  bool is_finishing GUARDED_BY(mutex) = false;
  // By kind of media.
  std::array<BranchEnd, 2> branch_ends GUARDED_BY(mutex){};
  std::array<std::optional<MediaError>, 2> branch_errors GUARDED_BY(mutex);  // Not taken yet.

  explicit Link(Told told) : told(std::move(told)) {}

  static GstBusSyncReply onBusMessage(GstBus*, GstMessage* message, gpointer data) {
    auto& link = *static_cast<Link*>(data);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) link.end(std::nullopt);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      const MediaError error = mediaErrorOf(*message, MetWhere::InMedia);
      if (const auto kind = branchKindOf(GST_MESSAGE_SRC(message)))
        link.failBranch(*kind, error);
      else
        link.end(error);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
  }

  void end(std::optional<MediaError> why) {
    {
      MutexLock lock(mutex);
      if (std::exchange(has_ended, true)) return;
      error = why;
      changed.notify_all();
    }
    if (why) told.on_error(*why);
  }

  // Its thread sends the end of the stream behind its last error: that would end the track. An
  // element's error is followed by those of the elements before it.
  void failBranch(rtp::MediaKind kind, const MediaError& why) {
    {
      MutexLock lock(mutex);
      BranchEnd& end = branch_ends[indexOf(kind)];
      if (has_ended || end == BranchEnd::IsDropped) return;
      if (!is_finishing) end = BranchEnd::IsDropped;
      branch_errors[indexOf(kind)] = why;
    }
    told.on_branch_error(kind);
  }

  void setBranchEnd(rtp::MediaKind kind, BranchEnd end) {
    MutexLock lock(mutex);
    branch_ends[indexOf(kind)] = end;
  }
  BranchEnd branchEnd(rtp::MediaKind kind) {
    MutexLock lock(mutex);
    return branch_ends[indexOf(kind)];
  }

  struct BranchEndProbe {
    Link& link;
    rtp::MediaKind kind;
  };
  static GstPadProbeReturn onBranchEvent(GstPad*, GstPadProbeInfo* info, gpointer data) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS) return GST_PAD_PROBE_OK;
    const auto& [link, kind] = *static_cast<BranchEndProbe*>(data);
    const BranchEnd end = link.branchEnd(kind);
    if (end == BranchEnd::EndsTrack) return GST_PAD_PROBE_OK;
    if (end == BranchEnd::IsTold) link.told.on_drained(kind);
    return GST_PAD_PROBE_DROP;
  }
};

RecorderPipeline::RecorderPipeline(std::string uri, Container container, Bitrate video_bitrate,
                                   Told told)
    : uri_(std::move(uri)),
      container_(container),
      path_(pathOf(uri_)),
      video_bitrate_(video_bitrate),
      link_(std::make_unique<Link>(std::move(told))) {}

RecorderPipeline::~RecorderPipeline() { close(); }

// ---- Begin ----

std::optional<MediaError> RecorderPipeline::open(const std::vector<Track>& tracks) {
  startGStreamer();
  if (!path_ && !isHttp(uri_))
    return MediaError{.type = "INVALID_URI", .code = 0, .description = "Invalid URI"};
  std::error_code ignored;  // The sink will tell.
  if (path_) std::filesystem::create_directories(path_->parent_path(), ignored);

  GError* raw_error = nullptr;
  GstElement* const made = gst_parse_launch(describe(tracks).c_str(), &raw_error);
  const GstPtr<GError> error(raw_error);
  if (made) pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(made)));
  if (!made || error)
    return MediaError{.type = "UNEXPECTED_ELEMENT_ERROR",
                      .code = 0,
                      .description = error ? error->message : "GStreamer cannot record"};
  const GstPtr<GstElement> target(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "target"));
  g_object_set(target.get(), "location", path_ ? path_->c_str() : uri_.c_str(), nullptr);
  const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline_.get())));
  gst_bus_set_sync_handler(bus.get(), &Link::onBusMessage, link_.get(), nullptr);
  for (const Track& track : tracks)
    if (auto failure = makeTrack(track)) return failure;
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  for (auto& track : tracks_)
    if (track) openFeed(*track);
  return std::nullopt;
}

std::string RecorderPipeline::describe(const std::vector<Track>& tracks) const {
  std::string text =
      muxer(container_, path_ ? Target::File : Target::Stream) + " ! " + sinkFor(uri_);
  for (const Track& track : tracks)
    text += std::string(" queue max-size-time=0 max-size-buffers=0 name=") + nameOf(track.kind) +
            " ! " + muxerPad(container_, track.kind);
  return text;
}

std::optional<MediaError> RecorderPipeline::makeTrack(const Track& track) {
  const auto codec = writtenCodec(container_, track.format);
  if (!codec) return cannotRecord(track.kind);
  Open& open =
      tracks_[indexOf(track.kind)].emplace(Open{.track = track, .codec = *codec, .queue = nullptr});
  open.queue.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), nameOf(track.kind)));
  const GstPtr<GstPad> pad(gst_element_get_static_pad(open.queue.get(), "src"));
  addProbe<bool>(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &keepFirstCaps);
  if (*codec == WrittenCodec::Aac)
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, &undelayAac, nullptr, nullptr);
  if (container_ == Container::Mp4)
    addProbe<LastFrame>(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, &giveDuration);
  if (!addBranch(open)) return cannotRecord(track.kind);
  return std::nullopt;
}

bool RecorderPipeline::addBranch(Open& open) {
  const std::string chain = trackChain(open.track.format, open.codec, video_bitrate_);
  if (chain.empty()) return false;
  const std::string text =
      "appsrc name=packets format=time caps=\"" + rtpCapsOf(open.track.format) + "\" ! " + chain;
  GstElement* const branch = gst_parse_bin_from_description(text.c_str(), TRUE, nullptr);
  if (!branch) return false;
  setKeyFrameDistance(branch);
  setBranchKind(branch, open.track.kind);
  const GstPtr<GstPad> output(gst_element_get_static_pad(branch, "src"));
  gst_pad_add_probe(output.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &Link::onBranchEvent,
                    new Link::BranchEndProbe{*link_, open.track.kind},
                    [](gpointer probe) { delete static_cast<Link::BranchEndProbe*>(probe); });
  link_->setBranchEnd(open.track.kind, Link::BranchEnd::EndsTrack);
  open.branch = branch;
  gst_bin_add(GST_BIN(pipeline_.get()), branch);
  gst_element_link(branch, open.queue.get());
  return true;
}

void RecorderPipeline::openFeed(Open& open) {
  const GstPtr<GstElement> packets(gst_bin_get_by_name(GST_BIN(open.branch), "packets"));
  open.track.feed->open(packets.get(), open.track.format, link_->told.on_full);
}

// ---- Another format ----

void RecorderPipeline::change(rtp::MediaKind kind, const peer::CodecFormat& format) {
  auto& open = tracks_[indexOf(kind)];
  if (!open || !open->branch) return;
  const bool is_alike = rtpCapsOf(open->track.format) == rtpCapsOf(format);
  open->track.format = format;
  if (open->is_draining) return;
  if (is_alike) return openFeed(*open);
  open->is_draining = true;
  link_->setBranchEnd(kind, Link::BranchEnd::IsTold);
  open->track.feed->drain();
}

bool RecorderPipeline::drained(rtp::MediaKind kind) {
  auto& open = tracks_[indexOf(kind)];
  return !open || !open->is_draining || replaceBranch(*open);
}

bool RecorderPipeline::replaceBranch(Open& open) {
  removeBranch(open);
  if (!addBranch(open)) {
    endTrack(open);
    return false;
  }
  gst_element_sync_state_with_parent(open.branch);
  openFeed(open);
  return true;
}

void RecorderPipeline::removeBranch(Open& open) {
  open.is_draining = false;
  open.track.feed->close();
  open.track.feed->interrupt();
  GstElement* const former = std::exchange(open.branch, nullptr);
  gst_element_unlink(former, open.queue.get());
  gst_element_set_state(former, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline_.get()), former);
}

std::optional<MediaError> RecorderPipeline::takeBranchError(rtp::MediaKind kind) {
  MutexLock lock(link_->mutex);
  return std::exchange(link_->branch_errors[indexOf(kind)], std::nullopt);
}

bool RecorderPipeline::makeBranchAnew(rtp::MediaKind kind, Timestamp now) {
  auto& open = tracks_[indexOf(kind)];
  if (!open || !open->branch) return false;
  if (open->failures.mayTryAgain(now)) return replaceBranch(*open);
  removeBranch(*open);
  endTrack(*open);
  return false;
}

bool RecorderPipeline::hasLivingTrack() const {
  return std::ranges::any_of(tracks_, [](const auto& open) { return open && open->branch; });
}

void RecorderPipeline::setVideoBitrate(Bitrate bitrate) {
  if (std::exchange(video_bitrate_, bitrate) == bitrate) return;
  const auto& open = tracks_[indexOf(rtp::MediaKind::Video)];
  if (!open || !open->branch) return;
  const GstPtr<GstElement> encoder(gst_bin_get_by_name(GST_BIN(open->branch), kEncoderName));
  if (encoder) setTrackBitrate(encoder.get(), open->codec, bitrate);
}

void RecorderPipeline::endTrack(Open& open) {
  const GstPtr<GstPad> pad(gst_element_get_static_pad(open.queue.get(), "sink"));
  gst_pad_send_event(pad.get(), gst_event_new_eos());
  open.track.feed->decline();
}

// ---- End ----

std::optional<MediaError> RecorderPipeline::waitForEnd(Duration patience) {
  {
    MutexLock lock(link_->mutex);
    link_->is_finishing = true;
  }
  for (auto& track : tracks_)  // The end of these does not come through.
    if (track && track->branch && link_->branchEnd(track->track.kind) != Link::BranchEnd::EndsTrack)
      endTrack(*track);
  const auto end = std::chrono::steady_clock::now() + patience;
  MutexLock lock(link_->mutex);
  while (!link_->has_ended)
    if (link_->changed.wait_until(lock, end) == std::cv_status::timeout)
      return MediaError{.type = "RESOURCE_ERROR_WRITE",
                        .code = 0,
                        .description = "The target does not take the end of the recording"};
  return link_->error;
}

void RecorderPipeline::close() {
  for (auto& track : tracks_)
    if (track) track->track.feed->close();
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

std::string RecorderPipeline::dot() const { return dotOf(pipeline_.get()); }

void RecorderPipeline::finalise() {
  if (container_ != Container::Mp4 || !path_) return;
  std::vector<rtp::MediaKind> kinds;
  for (const auto& track : tracks_)
    if (track) kinds.push_back(track->track.kind);
  if (const auto done = makeFastStart(*path_, kinds); !done)
    MS_LOG(category, Warning, uri_ << ": stays fragmented: " << done.error());
}

}  // namespace ms::frame
