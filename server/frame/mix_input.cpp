#include "server/frame/mix_input.h"

#include <string>
#include <utility>

namespace ms::frame {
namespace {

std::string nameOf(const MixInput::Plan& plan) {
  return "port-" + std::to_string(*plan.port) +
         (plan.kind == rtp::MediaKind::Audio ? "-audio-in" : "-video-in");
}

}  // namespace

void removeFrom(GstElement* pipeline, GstElement* element) {
  gst_element_set_locked_state(element, TRUE);
  gst_element_set_state(element, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline), element);
}

MixInput::MixInput(GstElement* pipeline, Plan plan, std::shared_ptr<TrackFeed> feed)
    : plan_(std::move(plan)),
      pipeline_(pipeline),
      bin_(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nameOf(plan_).c_str())))) {
  gst_bin_add(GST_BIN(pipeline_), bin_.get());
  decoded_ = std::make_unique<DecodedInput>(bin_.get(), std::move(feed));
  GstElement* last = decoded_->output();
  if (plan_.kind == rtp::MediaKind::Audio) {
    const std::string to_mixed =
        std::string("audioconvert ! audioresample ! capsfilter caps=\"") + kMixedAudioCaps + '"';
    GstElement* const converter = gst_parse_bin_from_description(to_mixed.c_str(), TRUE, nullptr);
    gst_bin_add(GST_BIN(bin_.get()), converter);
    gst_element_link(last, converter);
    last = converter;
  }
  const GstPtr<GstPad> end(gst_element_get_static_pad(last, "src"));
  output_ = gst_ghost_pad_new("src", end.get());
  if (plan_.on_size)
    gst_pad_add_probe(output_, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &MixInput::onEvent, this,
                      nullptr);
  gst_pad_set_active(output_, TRUE);
  gst_element_add_pad(bin_.get(), output_);
  gst_element_sync_state_with_parent(bin_.get());
}

MixInput::~MixInput() {
  decoded_.reset();
  removeFrom(pipeline_, bin_.get());
}

bool MixInput::contains(GstObject* part) const {
  return gst_object_has_as_ancestor(part, GST_OBJECT(bin_.get()));
}

// While it is called, the input is there: its end waits for the thread.
GstPadProbeReturn MixInput::onEvent(GstPad*, GstPadProbeInfo* info, gpointer input) {
  GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  PictureSize size;
  if (gst_structure_get_int(structure, "width", &size.width) &&
      gst_structure_get_int(structure, "height", &size.height))
    static_cast<const MixInput*>(input)->plan_.on_size(size);
  return GST_PAD_PROBE_OK;
}

}  // namespace ms::frame
