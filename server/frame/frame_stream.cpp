#include "server/frame/frame_stream.h"

#include <algorithm>
#include <utility>

#include "server/base/log.h"
#include "server/frame/tee_output.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

// An encoder that is late loses the oldest frames of this much, and holds nobody up.
constexpr const char* kEncoderQueue =
    "queue leaky=downstream max-size-time=600000000 max-size-bytes=0 max-size-buffers=0 ! ";

std::optional<peer::CodecFormat> formatAt(GstPad* pad) {
  const GstPtr<GstCaps> caps(gst_pad_get_current_caps(pad));
  return caps ? formatOf(caps.get()) : std::nullopt;
}

}  // namespace

FrameStream::FrameStream(GstElement* pipeline, GstPad* from, rtp::MediaKind kind, Pace pace,
                         std::function<void()> on_frame, std::shared_ptr<SerialExecutor> executor)
    : pipeline_(pipeline),
      kind_(kind),
      encoded_(formatAt(from)),
      on_frame_(std::move(on_frame)),
      executor_(std::move(executor)) {
  tee_ = addElement("tee");
  if (!encoded_) raw_tee_ = tee_;
  // The first pad of a tee gets each buffer first.
  GstElement* const keeper = addElement("fakesink");
  g_object_set(keeper, "sync", gboolean{pace != Pace::AsItComes}, "async",
               gboolean{pace == Pace::FromPreroll}, "enable-last-sample", FALSE, nullptr);
  gst_element_link(tee_, keeper);
  gst_element_sync_state_with_parent(keeper);
  gst_element_sync_state_with_parent(tee_);
  const GstPtr<GstPad> entry(gst_element_get_static_pad(tee_, "sink"));
  gst_pad_link(from, entry.get());
}

GstElement* FrameStream::addElement(const char* factory) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  gst_bin_add(GST_BIN(pipeline_), element);
  return element;
}

std::optional<FrameStream::Choice> FrameStream::choose(
    const std::vector<peer::CodecFormat>& accepted) const {
  if (encoded_ && std::ranges::any_of(accepted, [&](const peer::CodecFormat& wanted) {
        return peer::canCarry(*encoded_, wanted);
      }))
    return Choice{*encoded_, Conversion::AsItCame};
  for (const Encoding& encoding : encodings_)
    if (encoding.conversion == Conversion::Transcoded &&
        std::ranges::any_of(accepted, [&](const peer::CodecFormat& wanted) {
          return peer::canCarry(encoding.format, wanted);
        }))
      return Choice{encoding.format, Conversion::Transcoded};
  const auto format = encodableFormat(accepted);
  if (!format) return std::nullopt;
  return Choice{*format, Conversion::Transcoded};
}

std::optional<Conversion> FrameStream::add(const Listener& listener) {
  const auto choice = choose(listener.accepted);
  Encoding* const encoding = choice ? encodingOf(*choice, listener) : nullptr;
  if (!encoding) {
    MS_LOG(category, Warning, "a sink takes no format that this media can be sent in");
    return std::nullopt;
  }
  encoding->branch->add(listener.inlet);
  encoding->branch->requestKeyFrame();
  return encoding->conversion;
}

FrameStream::Encoding* FrameStream::encodingOf(const Choice& choice, const Listener& listener) {
  const auto found = std::ranges::find_if(encodings_, [&](const Encoding& encoding) {
    return encoding.format == choice.format && encoding.conversion == choice.conversion;
  });
  if (found != encodings_.end()) return &*found;
  const bool is_transcoded = choice.conversion == Conversion::Transcoded;
  GstElement* const tee = is_transcoded ? rawTee() : tee_;
  if (!tee) return nullptr;
  std::string description = payloaderOf(choice.format);
  if (is_transcoded)
    description = kEncoderQueue + encoderOf(choice.format, listener.bitrate) + " ! " + description;
  auto branch = FrameBranch::make(
      is_transcoded ? rawTee() : tee_,
      {.description = std::move(description),
       .format = choice.format,
       .on_frame = on_frame_,
       .max_frame_rate =
           is_transcoded && kind_ == rtp::MediaKind::Video ? listener.max_frame_rate : FrameRate{}},
      executor_);
  if (!branch) return nullptr;
  encodings_.push_back({choice.format, choice.conversion, std::move(branch)});
  return &encodings_.back();
}

// The decoder is made for the first who needs it, and stays: what comes later can begin at once.
// Null when there is none.
GstElement* FrameStream::rawTee() {
  if (raw_tee_) return raw_tee_;
  const std::string decoder = decoderOf(*encoded_);
  if (decoder.empty()) return nullptr;
  GstElement* const bin =
      gst_parse_bin_from_description(("queue ! " + decoder).c_str(), TRUE, nullptr);
  if (!bin) return nullptr;
  raw_tee_ = addElement("tee");
  g_object_set(raw_tee_, "allow-not-linked", TRUE, nullptr);
  gst_bin_add(GST_BIN(pipeline_), bin);
  gst_element_link(bin, raw_tee_);
  gst_element_sync_state_with_parent(raw_tee_);
  gst_element_sync_state_with_parent(bin);
  const GstPtr<GstPad> output(addTeeOutput(tee_)), entry(gst_element_get_static_pad(bin, "sink"));
  gst_pad_link(output.get(), entry.get());
  return raw_tee_;
}

FrameBranch* FrameStream::branchOf(const std::shared_ptr<FrameInlet>& inlet) const {
  for (const Encoding& encoding : encodings_)
    if (encoding.branch->feeds(inlet)) return encoding.branch.get();
  return nullptr;
}

void FrameStream::remove(const std::shared_ptr<FrameInlet>& inlet) {
  std::erase_if(encodings_, [&](const Encoding& encoding) {
    return encoding.branch->feeds(inlet) && encoding.branch->remove(inlet);
  });
}

void FrameStream::requestKeyFrame(const std::shared_ptr<FrameInlet>& inlet) {
  if (FrameBranch* const branch = branchOf(inlet)) branch->requestKeyFrame();
}

void FrameStream::setBitrate(const std::shared_ptr<FrameInlet>& inlet, Bitrate bitrate) {
  if (FrameBranch* const branch = branchOf(inlet)) branch->setBitrate(bitrate);
}

}  // namespace ms::frame
