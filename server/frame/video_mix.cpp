#include "server/frame/video_mix.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/base/log.h"
#include "server/frame/mix_input.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

std::string nanoseconds(Duration duration) {
  return std::to_string(std::chrono::nanoseconds(duration).count());
}

std::string canvasCaps(PictureSize size, int framerate) {
  return "video/x-raw,format=I420,width=" + std::to_string(size.width) +
         ",height=" + std::to_string(size.height) + ",framerate=" + std::to_string(framerate) +
         "/1,pixel-aspect-ratio=1/1";
}

// The black video is a corner of the background; what it is there for is its beat, which a mixer
// without any input would not have.
std::string describe(const VideoMix::Plan& plan) {
  return "videotestsrc is-live=true pattern=black timestamp-offset=" +
         std::to_string(runningTime(plan.begin, Loop::now())) +
         " ! video/x-raw,format=I420,width=16,height=16,framerate=" +
         std::to_string(plan.framerate) +
         "/1 ! compositor name=mixer background=black start-time-selection=first "
         "ignore-inactive-pads=true latency=" +
         nanoseconds(kMixLatency) + " ! capsfilter name=canvas caps=\"" +
         canvasCaps(plan.canvas, plan.framerate) + "\"";
}

}  // namespace

GstClockTime runningTime(Timestamp begin, Timestamp now) {
  return static_cast<GstClockTime>(std::chrono::nanoseconds(now - begin).count());
}

std::unique_ptr<VideoMix> VideoMix::make(GstElement* pipeline, const Plan& plan,
                                         std::shared_ptr<SerialExecutor> executor) {
  GError* raw_error = nullptr;
  GstElement* const bin = gst_parse_bin_from_description(describe(plan).c_str(), FALSE, &raw_error);
  const GstPtr<GError> error(raw_error);
  if (!bin || error) {
    MS_LOG(category, Error, "cannot mix video: " << (error ? error->message : "?"));
    if (bin) gst_object_unref(gst_object_ref_sink(bin));
    return nullptr;
  }
  std::unique_ptr<VideoMix> mix(new VideoMix(pipeline, bin));
  mix->framerate_ = plan.framerate;
  mix->canvas_ = plan.canvas;
  const GstPtr<GstElement> canvas(gst_bin_get_by_name(GST_BIN(bin), "canvas"));
  const GstPtr<GstPad> from(gst_element_get_static_pad(canvas.get(), "src"));
  mix->stream_ = std::make_unique<FrameStream>(
      bin, from.get(), rtp::MediaKind::Video, FrameStream::Pace::AsItComes, [] {},
      std::move(executor));
  gst_element_sync_state_with_parent(bin);
  return mix;
}

VideoMix::VideoMix(GstElement* pipeline, GstElement* bin)
    : pipeline_(pipeline),
      bin_(GST_ELEMENT(gst_object_ref_sink(bin))),
      mixer_(gst_bin_get_by_name(GST_BIN(bin), "mixer")) {
  gst_object_set_name(GST_OBJECT(bin), "video-mix");
  gst_bin_add(GST_BIN(pipeline_), bin);
}

VideoMix::~VideoMix() {
  stream_.reset();
  removeFrom(pipeline_, bin_.get());
}

void VideoMix::add(PortNumber port, GstPad* from) {
  Input input;
  input.at_mixer.reset(gst_element_request_pad_simple(mixer_.get(), "sink_%u"));
  g_object_set(input.at_mixer.get(), "alpha", 0.0, nullptr);
  gst_pad_link_maybe_ghosting(from, input.at_mixer.get());
  input.entry.reset(gst_pad_get_peer(from));
  inputs_.insert_or_assign(port, std::move(input));
}

void VideoMix::remove(PortNumber port) {
  const auto found = inputs_.find(port);
  if (found == inputs_.end()) return;
  gst_element_remove_pad(bin_.get(), found->second.entry.get());
  gst_element_release_request_pad(mixer_.get(), found->second.at_mixer.get());
  inputs_.erase(found);
}

void VideoMix::setSize(PortNumber port, PictureSize size) {
  if (const auto found = inputs_.find(port); found != inputs_.end()) found->second.size = size;
}

void VideoMix::arrange(const Layout& layout) {
  std::vector<Picture> pictures;
  for (const auto& [port, input] : inputs_)
    if (input.size) pictures.push_back({port, *input.size});
  const Arrangement arrangement = layout(pictures);
  setCanvas(arrangement.canvas);
  for (const auto& [port, input] : inputs_) {
    const auto cell = std::ranges::find(arrangement.cells, port, &Cell::port);
    const bool is_shown = input.size && cell != arrangement.cells.end();
    place(input, is_shown ? &*cell : nullptr,
          static_cast<unsigned>(cell - arrangement.cells.begin()));
  }
}

// The background has the lowest place.
void VideoMix::place(const Input& input, const Cell* cell, unsigned order) const {
  if (!cell) return g_object_set(input.at_mixer.get(), "alpha", 0.0, nullptr);
  g_object_set(input.at_mixer.get(), "xpos", cell->x, "ypos", cell->y, "width", cell->size.width,
               "height", cell->size.height, "zorder", order + 1, "alpha", 1.0, nullptr);
}

void VideoMix::setCanvas(PictureSize size) {
  if (size == canvas_) return;
  canvas_ = size;
  const GstPtr<GstElement> canvas(gst_bin_get_by_name(GST_BIN(bin_.get()), "canvas"));
  const GstPtr<GstCaps> caps(gst_caps_from_string(canvasCaps(size, framerate_).c_str()));
  g_object_set(canvas.get(), "caps", caps.get(), nullptr);
}

}  // namespace ms::frame
