#include "modules/core/src/media_element.h"

#include <json/value.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/media_pipeline.h"
#include "server/base/log.h"
#include "server/model/api_error.h"

namespace ms::core {
namespace {

LogCategory category("KurentoMediaElement");

constexpr const char* kDefaultDescription = "default";

// Source: api.md, MediaElement; reference, chapter 6 (MediaElement.conf.ini).
constexpr int kDefaultEncoderBitrate = 300'000;

std::size_t indexOf(api::MediaType type) { return static_cast<std::size_t>(type); }

MediaElement& elementOf(const model::ObjectPtr& object) {
  return dynamic_cast<MediaElement&>(*object);  // The dispatch has checked the class.
}

void refuseData(api::MediaType type) {
  if (type == api::MediaType::Data)
    throw model::ApiError(model::ErrorCode::MediaObjectIllegalParam,
                          "Invalid media type: DATA is not tracked");
}

// Nothing: RAW.
std::optional<rtp::Codec> codecOf(api::AudioCodec codec) {
  switch (codec) {
    case api::AudioCodec::Opus:
      return rtp::Codec::Opus;
    case api::AudioCodec::Pcmu:
      return rtp::Codec::Pcmu;
    case api::AudioCodec::Pcma:
      return rtp::Codec::Pcma;
    case api::AudioCodec::Raw:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<rtp::Codec> codecOf(api::VideoCodec codec) {
  switch (codec) {
    case api::VideoCodec::H265:
      return rtp::Codec::H265;
    case api::VideoCodec::Av1:
      return rtp::Codec::Av1;
    case api::VideoCodec::Vp9:
      return rtp::Codec::Vp9;
    case api::VideoCodec::Vp8:
      return rtp::Codec::Vp8;
    case api::VideoCodec::H264:
      return rtp::Codec::H264;
    case api::VideoCodec::Raw:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool MediaElement::Link::isDefault() const {
  return source_description == kDefaultDescription && sink_description == kDefaultDescription;
}

MediaElement::MediaElement(model::ObjectContext context)
    : MediaObject(context),
      encoder_bitrate_(settings().number("MediaElement", "encoderBitrate", kDefaultEncoderBitrate)),
      min_encoder_bitrate_(settings().number("MediaElement", "minEncoderBitrate", 0)),
      max_encoder_bitrate_(settings().number("MediaElement", "maxEncoderBitrate", 0)) {
  flow_in_.fill(api::MediaFlowState::NotFlowing);
  flow_out_.fill(api::MediaFlowState::NotFlowing);
  transcoding_.fill(api::MediaTranscodingState::NotTranscoding);
}

MediaElement::~MediaElement() = default;

// ---- Links ----

void MediaElement::connect(const model::ObjectPtr& sink, std::optional<api::MediaType> type,
                           const std::optional<std::string>& source_description,
                           const std::optional<std::string>& sink_description) {
  MediaElement& element = elementOf(sink);
  if (&element.loop() != &loop() || element.root() != root() || element.isClosed() || isClosed())
    throw model::ApiError(model::ErrorCode::ConnectError, "Media elements do not share pipeline");
  for (const api::MediaType one : kAllTypes)
    if (!type || *type == one)
      connectOne(element, one, source_description.value_or(kDefaultDescription),
                 sink_description.value_or(kDefaultDescription));
}

void MediaElement::connectOne(MediaElement& sink, api::MediaType type,
                              const std::string& source_description,
                              const std::string& sink_description) {
  if (outgoing_.size() >= kMaxLinksPerElement)
    throw model::ApiError(model::ErrorCode::NotEnoughResources, "Element has too many links");
  const LinkPtr former = sink.linkInto(type, sink_description);
  const bool is_same =
      former && former->source == this && former->source_description == source_description;
  if (former && !is_same)
    former->source->disconnectOne(sink, type, former->source_description, sink_description);

  if (!is_same) {
    const auto link =
        std::make_shared<const Link>(Link{this, &sink, type, source_description, sink_description});
    outgoing_.push_back(link);
    sink.incoming_.push_back(link);
    if (link->isDefault()) sink.onUpstreamChanged(type);
  }

  api::ElementConnected event;
  event.sink = sink.shared_from_this();
  event.media_type = type;
  event.source_media_description = source_description;
  event.sink_media_description = sink_description;
  raise(event);
}

void MediaElement::disconnect(const model::ObjectPtr& sink, std::optional<api::MediaType> type,
                              const std::optional<std::string>& source_description,
                              const std::optional<std::string>& sink_description) {
  MediaElement& element = elementOf(sink);
  if (&element.loop() != &loop() || element.root() != root())
    throw model::ApiError(model::ErrorCode::ConnectError, "Media elements do not share pipeline");
  for (const api::MediaType one : kAllTypes)
    if (!type || *type == one)
      disconnectOne(element, one, source_description.value_or(kDefaultDescription),
                    sink_description.value_or(kDefaultDescription));
}

// ElementDisconnected comes even when there was no link: clients of the original wait for it.
void MediaElement::disconnectOne(MediaElement& sink, api::MediaType type,
                                 const std::string& source_description,
                                 const std::string& sink_description) {
  const LinkPtr link = sink.linkInto(type, sink_description);
  if (link && link->source == this && link->source_description == source_description) cut(link);

  api::ElementDisconnected event;
  event.sink = sink.shared_from_this();
  event.media_type = type;
  event.source_media_description = source_description;
  event.sink_media_description = sink_description;
  raise(event);
}

void MediaElement::cut(const LinkPtr& link) {
  std::erase(link->source->outgoing_, link);
  if (std::erase(link->sink->incoming_, link) == 0) return;
  if (link->isDefault()) link->sink->onUpstreamChanged(link->type);
}

MediaElement::LinkPtr MediaElement::linkInto(api::MediaType type,
                                             const std::string& sink_description) const {
  const auto found = std::ranges::find_if(incoming_, [&](const LinkPtr& link) {
    return link->type == type && link->sink_description == sink_description;
  });
  return found == incoming_.end() ? nullptr : *found;
}

// Upstream first, so that a sink that lives on sees one change per type.
void MediaElement::onClose() {
  for (const LinkPtr& link : std::vector(incoming_)) {
    std::erase(link->source->outgoing_, link);
    std::erase(incoming_, link);
  }
  for (const LinkPtr& link : std::vector(outgoing_)) cut(link);
}

api::ElementConnectionData MediaElement::describe(const Link& link) const {
  api::ElementConnectionData data;
  data.source = link.source->shared_from_this();
  data.sink = link.sink->shared_from_this();
  data.type = link.type;
  data.source_description = link.source_description;
  data.sink_description = link.sink_description;
  return data;
}

std::vector<api::ElementConnectionData> MediaElement::getSourceConnections(
    std::optional<api::MediaType> type, const std::optional<std::string>& description) {
  std::vector<api::ElementConnectionData> list;
  for (const LinkPtr& link : incoming_)
    if ((!type || link->type == *type) && (!description || link->sink_description == *description))
      list.push_back(describe(*link));
  return list;
}

std::vector<api::ElementConnectionData> MediaElement::getSinkConnections(
    std::optional<api::MediaType> type, const std::optional<std::string>& description) {
  std::vector<api::ElementConnectionData> list;
  for (const LinkPtr& link : outgoing_)
    if ((!type || link->type == *type) &&
        (!description || link->source_description == *description))
      list.push_back(describe(*link));
  return list;
}

std::vector<std::pair<api::MediaType, const MediaElement*>> MediaElement::sinks() const {
  std::vector<std::pair<api::MediaType, const MediaElement*>> list;
  for (const LinkPtr& link : outgoing_) list.emplace_back(link->type, link->sink);
  return list;
}

// ---- Routes ----

net::OutletPtr MediaElement::upstreamSource(api::MediaType type, const AcceptedFormats& accepted) {
  const LinkPtr link = linkInto(type, kDefaultDescription);
  if (!link || !link->isDefault()) return nullptr;
  return link->source->mediaSource(type, link->source->narrowed(type, accepted));
}

net::DataOutletPtr MediaElement::upstreamDataSource() {
  const LinkPtr link = linkInto(api::MediaType::Data, kDefaultDescription);
  return link && link->isDefault() ? link->source->dataSource() : nullptr;
}

void MediaElement::tellDownstream(api::MediaType type) {
  bool& is_telling = is_telling_downstream_[indexOf(type)];
  if (is_telling) return;
  is_telling = true;
  for (const LinkPtr& link : std::vector(outgoing_))
    if (link->type == type && link->isDefault()) link->sink->onUpstreamChanged(type);
  is_telling = false;
}

void MediaElement::tellEnd() {
  if (is_telling_end_) return;
  is_telling_end_ = true;
  for (const LinkPtr& link : std::vector(outgoing_))
    if (link->isDefault()) link->sink->onUpstreamEnd();
  is_telling_end_ = false;
}

// ---- Flow ----

void MediaElement::setFlowIn(api::MediaType type, api::MediaFlowState state) {
  if (std::exchange(flow_in_[indexOf(type)], state) == state) return;
  api::MediaFlowInStateChanged event;
  event.state = state;
  event.pad_name = kDefaultDescription;
  event.media_type = type;
  raise(event);
}

void MediaElement::setFlowOut(api::MediaType type, api::MediaFlowState state) {
  if (std::exchange(flow_out_[indexOf(type)], state) == state) return;
  api::MediaFlowOutStateChanged event;
  event.state = state;
  event.pad_name = kDefaultDescription;
  event.media_type = type;
  raise(event);
  if (state == api::MediaFlowState::Flowing && type != api::MediaType::Data) tellTranscoding(type);
  for (const LinkPtr& link : std::vector(outgoing_))
    if (link->type == type && link->isDefault()) link->sink->onUpstreamFlow(type, state);
}

void MediaElement::setTranscoding(api::MediaType type, api::MediaTranscodingState state) {
  if (std::exchange(transcoding_[indexOf(type)], state) == state) return;
  if (flowOut(type) == api::MediaFlowState::Flowing) tellTranscoding(type);
}

void MediaElement::tellTranscoding(api::MediaType type) {
  api::MediaTranscodingStateChanged event;
  event.state = transcoding_[indexOf(type)];
  event.bin_name = kDefaultDescription;
  event.media_type = type;
  raise(event);
}

api::MediaFlowState MediaElement::flowOut(api::MediaType type) const {
  return flow_out_[indexOf(type)];
}

api::MediaFlowState MediaElement::upstreamFlow(api::MediaType type) const {
  const LinkPtr link = linkInto(type, kDefaultDescription);
  return link && link->isDefault() ? link->source->flowOut(type) : api::MediaFlowState::NotFlowing;
}

bool MediaElement::isMediaFlowingIn(api::MediaType type, const std::string&) {
  refuseData(type);
  return flow_in_[indexOf(type)] == api::MediaFlowState::Flowing;
}

bool MediaElement::isMediaFlowingOut(api::MediaType type, const std::string&) {
  refuseData(type);
  return flow_out_[indexOf(type)] == api::MediaFlowState::Flowing;
}

bool MediaElement::isMediaTranscoding(api::MediaType type, const std::string&) {
  refuseData(type);
  return transcoding_[indexOf(type)] == api::MediaTranscodingState::Transcoding;
}

// ---- Properties ----

int MediaElement::getEncoderBitrate() { return encoder_bitrate_; }
void MediaElement::setEncoderBitrate(int bits_per_second) {
  encoder_bitrate_ = bits_per_second;
  onEncoderBitratesChanged();
}
int MediaElement::getMinEncoderBitrate() { return min_encoder_bitrate_; }
void MediaElement::setMinEncoderBitrate(int bits_per_second) {
  min_encoder_bitrate_ = bits_per_second;
  onEncoderBitratesChanged();
}
int MediaElement::getMaxEncoderBitrate() {
  return max_encoder_bitrate_ == 0 ? kNoBitrateLimit : max_encoder_bitrate_;
}
void MediaElement::setMaxEncoderBitrate(int bits_per_second) {
  max_encoder_bitrate_ = bits_per_second;
  onEncoderBitratesChanged();
}

void MediaElement::setAudioFormat(const api::AudioCaps& caps) {
  encoder_caps_.audio_bitrate = std::max(caps.bitrate, 0);
  setFormat(api::MediaType::Audio, codecOf(caps.codec));
  onEncoderBitratesChanged();
}

void MediaElement::setVideoFormat(const api::VideoCaps& caps) {
  encoder_caps_.frame_rate = caps.framerate;
  setFormat(api::MediaType::Video, codecOf(caps.codec));
  onEncoderBitratesChanged();
}

void MediaElement::setFormat(api::MediaType type, std::optional<rtp::Codec> codec) {
  wanted_formats_[indexOf(type)] = WantedFormat{codec};
  tellDownstream(type);
}

AcceptedFormats MediaElement::narrowed(api::MediaType type, const AcceptedFormats& accepted) const {
  const auto& wanted = wanted_formats_[indexOf(type)];
  if (!wanted || !wanted->codec) return accepted;
  AcceptedFormats fitting;
  std::ranges::copy_if(accepted, std::back_inserter(fitting), [&](const peer::CodecFormat& format) {
    return format.codec == *wanted->codec;
  });
  return fitting.empty() ? accepted : fitting;
}

bool MediaElement::wantsRaw(api::MediaType type) const {
  const auto& wanted = wanted_formats_[indexOf(type)];
  return wanted && !wanted->codec;
}

void MediaElement::getStats(std::optional<api::MediaType> type, model::Answer<StatsMap> answer) {
  StatsMap stats;
  addStats(type, stats);
  answer(std::move(stats));
}

bool MediaElement::wantsLatencyStats() {
  const auto pipeline = std::dynamic_pointer_cast<MediaPipeline>(root());
  return pipeline && pipeline->getLatencyStats();
}

std::shared_ptr<api::ElementStats> MediaElement::makeElementStats() const {
  auto stats = std::make_shared<api::ElementStats>();
  stats->type = api::StatsType::Element;
  return stats;
}

// Packets go past a transparent element, straight to those who send them on: no time is spent here.
void MediaElement::addStats(std::optional<api::MediaType>, StatsMap& stats) {
  if (!wantsLatencyStats()) return;
  auto entry = makeElementStats();
  entry->id = id();
  entry->timestamp_millis = std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
  stats[entry->id] = std::move(entry);
}

void MediaElement::getGstreamerDot(std::optional<api::GstreamerDotDetails>,
                                   model::Answer<std::string> answer) {
  drawChains([links = dotGraph({this}), answer = std::move(answer)](
                 const std::string& chains) mutable { answer(links + chains); });
}

void MediaElement::dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                                    model::Answer<void> answer) {
  getGstreamerDot(details, answerDump(getName(), std::move(answer)));
}

}  // namespace ms::core
