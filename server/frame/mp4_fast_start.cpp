#include "server/frame/mp4_fast_start.h"

#include <string>
#include <system_error>
#include <utility>

#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

std::string padOf(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::Audio ? "audio_0" : "video_0";
}

// Packets are copied as they are; their number is limited by what the muxer interleaves.
std::string describe(const std::vector<rtp::MediaKind>& kinds) {
  std::string text =
      "filesrc name=from ! qtdemux name=tracks "
      "mp4mux name=container faststart=true ! filesink name=to";
  for (const rtp::MediaKind kind : kinds) {
    const std::string pad = padOf(kind);
    text += " tracks." + pad + " ! queue name=" + pad +
            " max-size-time=0 max-size-buffers=0 ! container." + pad;
  }
  return text;
}

void setPath(GstElement* pipeline, const char* element, const char* property,
             const std::filesystem::path& path) {
  const GstPtr<GstElement> found(gst_bin_get_by_name(GST_BIN(pipeline), element));
  g_object_set(found.get(), property, path.c_str(), nullptr);
}

// The demuxer guesses a frame rate anew for each fragment. The muxer would describe the track once
// more each time, and players take a thousand descriptions at most.
GstPadProbeReturn keepFirstCaps(GstPad*, GstPadProbeInfo* info, gpointer seen) {
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  return std::exchange(*static_cast<bool*>(seen), true) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

void describeOnce(GstElement* pipeline, rtp::MediaKind kind) {
  const GstPtr<GstElement> queue(gst_bin_get_by_name(GST_BIN(pipeline), padOf(kind).c_str()));
  const GstPtr<GstPad> pad(gst_element_get_static_pad(queue.get(), "src"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &keepFirstCaps, new bool(false),
                    [](gpointer seen) { delete static_cast<bool*>(seen); });
}

// Nothing, or what went wrong.
std::string runToTheEnd(GstElement* pipeline) {
  const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline)));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const GstPtr<GstMessage> end(gst_bus_timed_pop_filtered(
      bus.get(), GST_CLOCK_TIME_NONE,
      static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)));
  gst_element_set_state(pipeline, GST_STATE_NULL);
  if (GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) return {};
  GError* raw_error = nullptr;
  if (GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_ERROR)
    gst_message_parse_error(end.get(), &raw_error, nullptr);
  else
    gst_message_parse_warning(end.get(), &raw_error, nullptr);
  const GstPtr<GError> error(raw_error);
  return error->message;
}

}  // namespace

std::expected<void, std::string> makeFastStart(const std::filesystem::path& path,
                                               const std::vector<rtp::MediaKind>& kinds) {
  GError* raw_error = nullptr;
  const GstPtr<GstElement> pipeline(gst_parse_launch(describe(kinds).c_str(), &raw_error));
  const GstPtr<GError> error(raw_error);
  if (!pipeline || error) return std::unexpected(error ? error->message : "no GStreamer");
  const std::filesystem::path result = path.string() + ".tmp", media = path.string() + ".mdat.tmp";
  setPath(pipeline.get(), "from", "location", path);
  setPath(pipeline.get(), "container", "faststart-file", media);
  setPath(pipeline.get(), "to", "location", result);
  for (const rtp::MediaKind kind : kinds) describeOnce(pipeline.get(), kind);
  std::string why_not = runToTheEnd(pipeline.get());
  std::error_code failure, ignored;
  if (why_not.empty()) std::filesystem::rename(result, path, failure);
  if (failure) why_not = failure.message();
  std::filesystem::remove(result, ignored);
  std::filesystem::remove(media, ignored);
  if (!why_not.empty()) return std::unexpected(std::move(why_not));
  return {};
}

}  // namespace ms::frame
