#include "server/frame/mixer_run.h"

#include <algorithm>
#include <utility>

#include "server/base/log.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

bool isOfInterest(GstMessage* message) {
  return GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR ||
         GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY;
}

}  // namespace

MixerRun::MixerRun(Plan plan, Observer observer, std::shared_ptr<SerialExecutor> executor)
    : plan_(std::move(plan)), observer_(std::move(observer)), executor_(std::move(executor)) {}

MixerRun::~MixerRun() {
  if (!pipeline_) return;
  for (const Input& input : inputs_) input.feed->close();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  audio_.clear();
  for (Input& input : std::exchange(inputs_, {})) endInput(std::move(input));
  video_.reset();
}

// ---- On threads of GStreamer ----

void MixerRun::Link::post(std::function<void(MixerRun&)> call) const {
  executor->post([weak = run, call = std::move(call)] {
    if (const auto living = weak.lock()) call(*living);
  });
}

GstBusSyncReply MixerRun::Link::onBusMessage(GstBus*, GstMessage* message, gpointer link) {
  std::shared_ptr<GstMessage> owned(message, &gst_message_unref);
  if (isOfInterest(message))
    static_cast<const Link*>(link)->post(
        [owned = std::move(owned)](MixerRun& run) { run.handle(owned.get()); });
  return GST_BUS_DROP;
}

// ---- On the executor ----

void MixerRun::open() {
  startGStreamer();
  link_ = std::make_shared<const Link>(Link{executor_, weak_from_this()});
  pipeline_ = makeLivePipeline(plan_.begin);
  const GstPtr<GstBus> bus(gst_pipeline_get_bus(GST_PIPELINE(pipeline_.get())));
  gst_bus_set_sync_handler(bus.get(), &Link::onBusMessage, const_cast<Link*>(link_.get()), nullptr);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void MixerRun::addInput(PortNumber port, rtp::MediaKind kind, const Feed& feed) {
  const bool is_video = kind == rtp::MediaKind::Video;
  MixInput::Plan plan{.port = port, .kind = kind, .on_size = nullptr};
  if (is_video)
    plan.on_size = [link = link_, port](PictureSize size) {
      link->post([port, size](MixerRun& run) { run.onSize(port, size); });
    };
  Input input{.feed = feed,
              .media = std::make_unique<MixInput>(pipeline_.get(), std::move(plan), feed),
              .tee = nullptr};
  if (is_video) {
    if (video_) video_->add(port, input.media->output());
  } else {
    input.tee.reset(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("tee", nullptr))));
    g_object_set(input.tee.get(), "allow-not-linked", TRUE, nullptr);
    gst_bin_add(GST_BIN(pipeline_.get()), input.tee.get());
    const GstPtr<GstPad> entry(gst_element_get_static_pad(input.tee.get(), "sink"));
    gst_pad_link(input.media->output(), entry.get());
    gst_element_sync_state_with_parent(input.tee.get());
  }
  inputs_.push_back(std::move(input));
  if (!is_video) updateHearing();
}

void MixerRun::decode(const Feed& feed, const peer::CodecFormat& format) {
  const auto found = std::ranges::find(inputs_, feed, &Input::feed);
  if (found == inputs_.end()) return;
  if (!found->media->decode(format))
    MS_LOG(category, Warning, "what comes in at a port cannot be decoded here");
}

void MixerRun::removeInput(const Feed& feed) {
  const auto found = std::ranges::find(inputs_, feed, &Input::feed);
  if (found == inputs_.end()) return;
  Input input = std::move(*found);
  inputs_.erase(found);
  endInput(std::move(input));
}

void MixerRun::removeInputs(rtp::MediaKind kind) {
  const auto isOfKind = [kind](const Input& input) { return input.media->kind() == kind; };
  for (auto found = std::ranges::find_if(inputs_, isOfKind); found != inputs_.end();
       found = std::ranges::find_if(inputs_, isOfKind))
    removeInput(Feed(found->feed));
}

// Its media first: then nothing is on its way to the mixers.
void MixerRun::endInput(Input input) {
  const PortNumber port = input.media->port();
  input.feed->close();
  input.media.reset();
  if (!input.tee) {
    if (!video_) return;
    video_->remove(port);
    return video_->arrange(plan_.layout);
  }
  for (const auto& [listener, mix] : audio_) mix->remove(port);
  removeFrom(pipeline_.get(), input.tee.get());
}

FrameStream* MixerRun::stream(PortNumber port, rtp::MediaKind kind) const {
  if (kind == rtp::MediaKind::Video) return video_ ? &video_->stream() : nullptr;
  const auto found = audio_.find(port);
  return found == audio_.end() ? nullptr : &found->second->stream();
}

FrameStream* MixerRun::makeStream(PortNumber port, rtp::MediaKind kind) {
  if (FrameStream* const known = stream(port, kind)) return known;
  if (kind == rtp::MediaKind::Video)
    makeVideo();
  else
    makeAudio(port);
  gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
  return stream(port, kind);
}

void MixerRun::makeVideo() {
  video_ = VideoMix::make(
      pipeline_.get(),
      {.begin = plan_.begin, .framerate = plan_.framerate, .canvas = plan_.layout({}).canvas},
      executor_);
}

void MixerRun::makeAudio(PortNumber listener) {
  auto mix =
      AudioMix::make(pipeline_.get(), {.listener = listener, .begin = plan_.begin}, executor_);
  if (!mix) return;
  audio_.emplace(listener, std::move(mix));
  updateHearing();
}

void MixerRun::removeAudio(PortNumber port) { audio_.erase(port); }

void MixerRun::updateHearing() {
  for (const auto& [listener, mix] : audio_)
    for (const Input& input : inputs_) {
      if (!input.tee) continue;
      const PortNumber source = input.media->port();
      if (plan_.hearing(listener, source))
        mix->add(source, input.tee.get());
      else
        mix->remove(source);
    }
}

void MixerRun::setLayout(Layout layout) {
  plan_.layout = std::move(layout);
  if (video_) video_->arrange(plan_.layout);
}

void MixerRun::setHearing(Hearing hearing) {
  plan_.hearing = std::move(hearing);
  updateHearing();
}

void MixerRun::onSize(PortNumber port, PictureSize size) {
  if (!video_) return;
  video_->setSize(port, size);
  video_->arrange(plan_.layout);
}

void MixerRun::handle(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) return onError(message);
  gst_bin_recalculate_latency(GST_BIN(pipeline_.get()));
}

// Who sends what nobody can decode loses its own place only. Each of its elements has its own words
// for it: after the first one it is gone.
void MixerRun::onError(GstMessage* message) {
  if (!isFromWithin(pipeline_.get(), message)) return;
  const auto culprit = std::ranges::find_if(
      inputs_, [&](const Input& input) { return input.media->contains(GST_MESSAGE_SRC(message)); });
  const MediaError error = mediaErrorOf(*message, MetWhere::InMedia);
  if (culprit == inputs_.end()) return observer_.on_error(error);
  MS_LOG(category, Warning, "what comes in at a port cannot be decoded: " << error.description);
  const Feed feed = culprit->feed;
  removeInput(feed);
  observer_.on_input_error(feed, error);
}

std::string MixerRun::dot() const { return dotOf(pipeline_.get()); }

}  // namespace ms::frame
