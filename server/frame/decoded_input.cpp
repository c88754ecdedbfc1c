#include "server/frame/decoded_input.h"

#include <string>
#include <utility>

#include "server/base/log.h"
#include "server/frame/codec_table.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

std::string appsrcFor(const peer::CodecFormat& format) {
  const auto behind = std::chrono::nanoseconds(DecodedInput::kMaxBehind).count();
  return "appsrc name=packets format=time is-live=true max-bytes=0 max-time=" +
         std::to_string(behind) + " min-latency=0 max-latency=" + std::to_string(behind) +
         " caps=\"" + rtpCapsOf(format) + "\" ! ";
}

}  // namespace

GstPtr<GstElement> makeLivePipeline(Timestamp begin) {
  GstPtr<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  const GstPtr<GstClock> clock(gst_system_clock_obtain());
  gst_pipeline_use_clock(GST_PIPELINE(pipeline.get()), clock.get());
  gst_element_set_start_time(pipeline.get(), GST_CLOCK_TIME_NONE);  // The base time stays.
  gst_element_set_base_time(
      pipeline.get(),
      static_cast<GstClockTime>(std::chrono::nanoseconds(begin.time_since_epoch()).count()));
  return pipeline;
}

DecodedInput::DecodedInput(GstElement* pipeline, std::shared_ptr<TrackFeed> feed)
    : pipeline_(pipeline),
      feed_(std::move(feed)),
      output_(gst_element_factory_make("identity", nullptr)) {
  g_object_set(output_, "silent", TRUE, nullptr);
  gst_bin_add(GST_BIN(pipeline_), output_);
  gst_element_sync_state_with_parent(output_);
}

DecodedInput::~DecodedInput() { removeDecoder(); }

void DecodedInput::removeDecoder() {
  feed_->close();
  if (!decoder_) return;
  gst_element_set_locked_state(decoder_.get(), TRUE);
  gst_element_set_state(decoder_.get(), GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline_), decoder_.get());
  decoder_.reset();
}

bool DecodedInput::decode(const peer::CodecFormat& format) {
  removeDecoder();
  const std::string decoder = decoderOf(format), depayloader = depayloaderOf(format);
  if (decoder.empty() || depayloader.empty()) return false;
  const std::string description = appsrcFor(format) + depayloader + " ! " + decoder;
  GError* raw_error = nullptr;
  GstElement* const bin = gst_parse_bin_from_description(description.c_str(), TRUE, &raw_error);
  const GstPtr<GError> error(raw_error);
  if (!bin || error) {
    MS_LOG(category, Error,
           "cannot make " << description << ": " << (error ? error->message : "?"));
    if (bin) gst_object_unref(gst_object_ref_sink(bin));
    return false;
  }
  decoder_.reset(GST_ELEMENT(gst_object_ref_sink(bin)));
  gst_bin_add(GST_BIN(pipeline_), bin);
  gst_element_link(bin, output_);
  const GstPtr<GstElement> appsrc(gst_bin_get_by_name(GST_BIN(bin), "packets"));
  gst_element_sync_state_with_parent(bin);
  feed_->open(appsrc.get(), format);
  return true;
}

}  // namespace ms::frame
