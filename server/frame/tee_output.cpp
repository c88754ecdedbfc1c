#include "server/frame/tee_output.h"

namespace ms::frame {
namespace {

gboolean maybeStore(GstPad*, GstEvent** event, gpointer output) {
  GstPad* const pad = GST_PAD(output);
  if (GstEvent* known = gst_pad_get_sticky_event(pad, GST_EVENT_TYPE(*event), 0))
    gst_event_unref(known);
  else
    gst_pad_store_sticky_event(pad, *event);
  return TRUE;
}

// Before the first buffer, on the thread that brings it. After a blocking probe GStreamer sends
// what was stored meanwhile.
GstPadProbeReturn completeEvents(GstPad* pad, GstPadProbeInfo*, gpointer) {
  const GstPtr<GstElement> tee(gst_pad_get_parent_element(pad));
  if (!tee) return GST_PAD_PROBE_REMOVE;
  const GstPtr<GstPad> input(gst_element_get_static_pad(tee.get(), "sink"));
  gst_pad_sticky_events_foreach(input.get(), &maybeStore, pad);
  return GST_PAD_PROBE_REMOVE;
}

}  // namespace

GstPad* addTeeOutput(GstElement* tee) {
  GstPad* const pad = gst_element_request_pad_simple(tee, "src_%u");
  constexpr auto kFirstBuffer = GstPadProbeType(
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
  gst_pad_add_probe(pad, kFirstBuffer, &completeEvents, nullptr, nullptr);
  return pad;
}

}  // namespace ms::frame
