#include "server/frame/frame_branch.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "server/base/log.h"
#include "server/frame/frame_rate_limit.h"
#include "server/frame/tee_output.h"
#include "server/packet/rtp/key_frame.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

// The keeper of the stream holds each buffer back until it is due, so nothing waits here.
constexpr const char* kSink = " ! appsink name=packets sync=false async=false buffer-list=true";

std::uint32_t nextStream() {
  static std::atomic<std::uint32_t> last = 0;
  return ++last;
}

void appendPacket(GstBuffer* buffer, RtpFrame& frame) {
  std::vector<std::uint8_t>& packet = frame.packets.emplace_back(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, packet.data(), packet.size());
}

GstBuffer* firstBuffer(GstSample* sample) {
  if (GstBuffer* buffer = gst_sample_get_buffer(sample)) return buffer;
  GstBufferList* list = gst_sample_get_buffer_list(sample);
  return list && gst_buffer_list_length(list) > 0 ? gst_buffer_list_get(list, 0) : nullptr;
}

// The instant at which a sink would show it.
std::optional<Timestamp> dueOf(GstElement* sink, GstSample* sample, GstBuffer* buffer) {
  const GstClockTime running = gst_segment_to_running_time(gst_sample_get_segment(sample),
                                                           GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  const GstClockTime base = gst_element_get_base_time(sink);
  if (!GST_CLOCK_TIME_IS_VALID(running) || !GST_CLOCK_TIME_IS_VALID(base)) return std::nullopt;
  return Timestamp(Duration(static_cast<std::int64_t>((base + running) / 1000)));
}

GstPadProbeReturn leaveOut(GstPad*, GstPadProbeInfo* info, gpointer limit) {
  const GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
  if (!GST_CLOCK_TIME_IS_VALID(time)) return GST_PAD_PROBE_OK;
  const bool passes = static_cast<FrameRateLimit*>(limit)->passes(static_cast<std::int64_t>(time));
  return passes ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

// On the one thread that the pad has.
void limitFrames(GstPad* entry, const FrameRate& rate) {
  if (rate.numerator <= 0 || rate.denominator <= 0) return;
  gst_pad_add_probe(entry, GST_PAD_PROBE_TYPE_BUFFER, &leaveOut, new FrameRateLimit(rate),
                    [](gpointer limit) { delete static_cast<FrameRateLimit*>(limit); });
}

}  // namespace

// What the thread of GStreamer touches.
struct FrameBranch::Tap {
  Tap(const peer::CodecFormat& of, std::function<void()> told)
      : format(of), on_frame(std::move(told)) {}

  const std::uint32_t stream = nextStream();
  const peer::CodecFormat format;
  const std::function<void()> on_frame;
  Guarded<std::vector<std::shared_ptr<FrameInlet>>> inlets;

  GstFlowReturn onSample(GstAppSink* sink) {
    const GstPtr<GstSample> sample(gst_app_sink_pull_sample(sink));
    GstBuffer* const first = sample ? firstBuffer(sample.get()) : nullptr;
    if (!first) return GST_FLOW_OK;
    const auto due = dueOf(GST_ELEMENT(sink), sample.get(), first);
    if (!due) return GST_FLOW_OK;  // Outside of what is to be played.
    auto frame = std::make_shared<RtpFrame>();
    frame->stream = stream;
    frame->format = format;
    frame->due = *due;
    appendPackets(sample.get(), *frame);
    for (const auto& inlet : inlets.get()) inlet->push(frame);
    on_frame();
    return GST_FLOW_OK;
  }

  void appendPackets(GstSample* sample, RtpFrame& frame) const {
    if (GstBuffer* buffer = gst_sample_get_buffer(sample)) appendPacket(buffer, frame);
    if (GstBufferList* list = gst_sample_get_buffer_list(sample))
      for (guint i = 0; i < gst_buffer_list_length(list); ++i)
        appendPacket(gst_buffer_list_get(list, i), frame);
    for (const auto& packet : frame.packets) {
      const auto view = rtp::RtpView::parse(packet);
      if (view && rtp::isKeyFrameStart(format.codec, view->payload()))
        frame.starts_key_frame = true;
    }
  }

  static GstFlowReturn sampleArrived(GstAppSink* sink, gpointer tap) {
    return (*static_cast<std::shared_ptr<Tap>*>(tap))->onSample(sink);
  }
  static void forget(gpointer tap) { delete static_cast<std::shared_ptr<Tap>*>(tap); }
};

std::unique_ptr<FrameBranch> FrameBranch::make(GstElement* tee, Plan plan,
                                               std::shared_ptr<SerialExecutor> executor) {
  GError* raw_error = nullptr;
  GstElement* bin =
      gst_parse_bin_from_description((plan.description + kSink).c_str(), TRUE, &raw_error);
  const GstPtr<GError> error(raw_error);
  if (!bin || error) {
    MS_LOG(category, Error,
           "cannot make " << plan.description << ": " << (error ? error->message : "?"));
    if (bin) gst_object_unref(gst_object_ref_sink(bin));
    return nullptr;
  }
  // Its end is not waited for at the end of the stream.
  GST_OBJECT_FLAG_UNSET(bin, GST_ELEMENT_FLAG_SINK);
  auto tap = std::make_shared<Tap>(plan.format, std::move(plan.on_frame));
  {
    const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(bin), "packets"));
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = &Tap::sampleArrived;
    gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, new std::shared_ptr<Tap>(tap),
                               &Tap::forget);
  }
  const GstPtr<GstElement> pipeline(GST_ELEMENT(gst_object_get_parent(GST_OBJECT(tee))));
  gst_bin_add(GST_BIN(pipeline.get()), bin);
  gst_element_sync_state_with_parent(bin);
  GstPad* const tee_pad = addTeeOutput(tee);
  const GstPtr<GstPad> entry(gst_element_get_static_pad(bin, "sink"));
  limitFrames(entry.get(), plan.max_frame_rate);
  gst_pad_link(tee_pad, entry.get());
  return std::unique_ptr<FrameBranch>(
      new FrameBranch(tee, tee_pad, bin, std::move(tap), std::move(executor)));
}

FrameBranch::FrameBranch(GstElement* tee, GstPad* tee_pad, GstElement* bin,
                         std::shared_ptr<Tap> tap, std::shared_ptr<SerialExecutor> executor)
    : tee_(GST_ELEMENT(gst_object_ref(tee))),
      tee_pad_(tee_pad),
      bin_(GST_ELEMENT(gst_object_ref(bin))),
      tap_(std::move(tap)),
      executor_(std::move(executor)) {}

namespace {

// A branch on its way out. It is unlinked while no buffer passes, on whatever thread that is, and
// ended on the executor, since that may wait for its threads.
struct Farewell {
  GstPtr<GstElement> tee;
  GstPtr<GstPad> tee_pad;
  GstPtr<GstElement> bin;
  std::shared_ptr<SerialExecutor> executor;

  void end() const {
    gst_element_set_locked_state(bin.get(), TRUE);
    gst_element_set_state(bin.get(), GST_STATE_NULL);
    if (const GstPtr<GstElement> parent{GST_ELEMENT(gst_object_get_parent(GST_OBJECT(bin.get())))})
      gst_bin_remove(GST_BIN(parent.get()), bin.get());
    gst_element_release_request_pad(tee.get(), tee_pad.get());
  }

  static GstPadProbeReturn unlink(GstPad* pad, GstPadProbeInfo*, gpointer data) {
    auto& farewell = *static_cast<std::shared_ptr<Farewell>*>(data);
    const GstPtr<GstPad> entry(gst_pad_get_peer(pad));
    if (!entry) return GST_PAD_PROBE_REMOVE;
    gst_pad_unlink(pad, entry.get());
    farewell->executor->post([farewell] { farewell->end(); });
    return GST_PAD_PROBE_REMOVE;
  }
  static void forget(gpointer data) { delete static_cast<std::shared_ptr<Farewell>*>(data); }
};

}  // namespace

FrameBranch::~FrameBranch() {
  tap_->inlets.set({});
  GstPad* const pad = tee_pad_.get();
  auto farewell = std::make_shared<Farewell>(
      Farewell{std::move(tee_), std::move(tee_pad_), std::move(bin_), executor_});
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_IDLE, &Farewell::unlink,
                    new std::shared_ptr<Farewell>(std::move(farewell)), &Farewell::forget);
}

void FrameBranch::add(const std::shared_ptr<FrameInlet>& inlet) {
  auto inlets = tap_->inlets.get();
  inlets.push_back(inlet);
  tap_->inlets.set(std::move(inlets));
}

bool FrameBranch::remove(const std::shared_ptr<FrameInlet>& inlet) {
  auto inlets = tap_->inlets.get();
  std::erase(inlets, inlet);
  const bool is_empty = inlets.empty();
  tap_->inlets.set(std::move(inlets));
  return is_empty;
}

bool FrameBranch::feeds(const std::shared_ptr<FrameInlet>& inlet) const {
  const auto inlets = tap_->inlets.get();
  return std::ranges::find(inlets, inlet) != inlets.end();
}

void FrameBranch::requestKeyFrame() {
  const GstPtr<GstElement> encoder(gst_bin_get_by_name(GST_BIN(bin_.get()), kEncoderName));
  if (!encoder) return;
  const GstPtr<GstPad> pad(gst_element_get_static_pad(encoder.get(), "src"));
  gst_pad_send_event(pad.get(),
                     gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void FrameBranch::setBitrate(Bitrate bitrate) {
  const GstPtr<GstElement> encoder(gst_bin_get_by_name(GST_BIN(bin_.get()), kEncoderName));
  if (encoder) frame::setBitrate(encoder.get(), tap_->format.codec, bitrate);
}

}  // namespace ms::frame
