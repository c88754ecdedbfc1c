#include "server/frame/gstreamer.h"

#include <atomic>
#include <mutex>

#include "server/frame/av1_rtp_elements.h"

namespace ms::frame {
namespace {

std::once_flag once;
std::atomic<bool> is_started = false;
GstElementFactory* descriptor_sources = nullptr;  // Held until the process ends.

// The URI of an application, or of a playlist that a stranger has written, would reach whatever
// this process has open: sockets of others, its files. fd:// is a scheme that nobody knows then.
void hideDescriptorElements() {
  // Or loading it later would bring them back.
  const GstPtr<GstPlugin> plugin(gst_plugin_load_by_name("coreelements"));
  descriptor_sources = gst_element_factory_find("fdsrc");
  for (const char* name : {"fdsrc", "fdsink"}) {
    const GstPtr<GstElementFactory> factory(gst_element_factory_find(name));
    if (factory) gst_registry_remove_feature(gst_registry_get(), GST_PLUGIN_FEATURE(factory.get()));
  }
}

}  // namespace

void startGStreamer() {
  std::call_once(once, [] {
    gst_init(nullptr, nullptr);
    registerAv1RtpElements();
    hideDescriptorElements();
    is_started = true;
  });
}

bool isGStreamerStarted() { return is_started; }

GstElement* makeDescriptorSource(int descriptor) {
  if (!descriptor_sources) return nullptr;
  GstElement* const source = gst_element_factory_create(descriptor_sources, nullptr);
  if (source) g_object_set(source, "fd", descriptor, nullptr);
  return source;
}

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
