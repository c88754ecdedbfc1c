#include "server/frame/gstreamer.h"

#include <atomic>
#include <mutex>

#include "server/frame/av1_rtp_elements.h"

namespace ms::frame {
namespace {

std::once_flag once;
std::atomic<bool> is_started = false;

}  // namespace

void startGStreamer() {
  std::call_once(once, [] {
    gst_init(nullptr, nullptr);
    registerAv1RtpElements();
    is_started = true;
  });
}

bool isGStreamerStarted() { return is_started; }

bool isFromWithin(GstElement* bin, GstMessage* message) {
  GstObject* const source = GST_MESSAGE_SRC(message);
  return source == GST_OBJECT(bin) || gst_object_has_as_ancestor(source, GST_OBJECT(bin));
}

std::string dotOf(GstElement* bin) {
  if (!bin) return {};
  const GstPtr<gchar> text(gst_debug_bin_to_dot_data(GST_BIN(bin), GST_DEBUG_GRAPH_SHOW_VERBOSE));
  return text ? text.get() : "";
}

}  // namespace ms::frame
