#include "server/frame/conversion_run.h"

#include <utility>

namespace ms::frame {

ConversionRun::ConversionRun(Plan plan, std::shared_ptr<TrackFeed> feed, OnError on_error,
                             std::shared_ptr<SerialExecutor> executor)
    : plan_(std::move(plan)),
      feed_(std::move(feed)),
      on_error_(std::move(on_error)),
      executor_(std::move(executor)) {}

ConversionRun::~ConversionRun() {
  if (!pipeline_) return;
  feed_->close();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  stream_.reset();
  input_.reset();
}

// ---- On threads of GStreamer ----

GstBusSyncReply ConversionRun::Link::onBusMessage(GstBus*, GstMessage* message, gpointer data) {
  std::shared_ptr<GstMessage> owned(message, &gst_message_unref);
  const auto& link = *static_cast<const Link*>(data);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
    link.executor->post([weak = link.run, owned = std::move(owned)] {
      if (const auto run = weak.lock()) run->onError(owned.get());
    });
  return GST_BUS_DROP;
}

// ---- On the executor ----

void ConversionRun::open() {
  startGStreamer();
  link_ = std::make_unique<const Link>(Link{executor_, weak_from_this()});
  pipeline_ = makeLivePipeline(plan_.begin);
  const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline_.get())));
  gst_bus_set_sync_handler(bus.get(), &Link::onBusMessage, const_cast<Link*>(link_.get()), nullptr);
  input_ = std::make_unique<DecodedInput>(pipeline_.get(), feed_);
  GstElement* last = input_->output();
  if (plan_.filter) last = addFilter(last);
  if (!last)
    return on_error_({.type = "UNEXPECTED_ELEMENT_ERROR",
                      .code = 0,
                      .description = "The filter cannot be made: " + plan_.filter->command});
  const GstPtr<GstPad> from(gst_element_get_static_pad(last, "src"));
  stream_ = std::make_unique<FrameStream>(
      pipeline_.get(), from.get(), plan_.kind, FrameStream::Pace::AsItComes, [] {}, executor_);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

// Converters on both sides: an element may work on few formats only.
GstElement* ConversionRun::addFilter(GstElement* behind) {
  auto made = makeElement(*plan_.filter);
  if (!made) return nullptr;
  filter_ = std::move(*made);
  const char* const converter =
      plan_.kind == rtp::MediaKind::Audio ? "audioconvert" : "videoconvert";
  GstElement* const before = gst_element_factory_make(converter, nullptr);
  GstElement* const after = gst_element_factory_make(converter, nullptr);
  gst_bin_add_many(GST_BIN(pipeline_.get()), before, filter_.get(), after, nullptr);
  return gst_element_link_many(behind, before, filter_.get(), after, nullptr) ? after : nullptr;
}

void ConversionRun::decode(const peer::CodecFormat& format) {
  if (stream_ && !input_->decode(format))
    on_error_({.type = "UNEXPECTED_ELEMENT_ERROR",
               .code = 0,
               .description = "GStreamer has no decoder for this media"});
}

void ConversionRun::setProperty(const ElementProperty& property) {
  if (filter_) (void)maybeSetProperty(filter_.get(), property);  // It was tried before.
}

void ConversionRun::onError(GstMessage* message) {
  if (!isFromWithin(pipeline_.get(), message)) return;  // Of a former decoder.
  on_error_(mediaErrorOf(*message, MetWhere::InMedia));
}

std::string ConversionRun::dot() const { return dotOf(pipeline_.get()); }

}  // namespace ms::frame
