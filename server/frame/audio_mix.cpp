#include "server/frame/audio_mix.h"

#include <atomic>
#include <string>
#include <utility>

#include "server/base/log.h"
#include "server/frame/mix_input.h"
#include "server/frame/tee_output.h"
#include "server/frame/video_mix.h"

namespace ms::frame {
namespace {

LogCategory category("frame");

std::string describe(const AudioMix::Plan& plan) {
  return "audiotestsrc is-live=true wave=silence samplesperbuffer=960 timestamp-offset=" +
         std::to_string(runningTime(plan.begin, Loop::now())) + " ! " + kMixedAudioCaps +
         " ! audiomixer name=mixer start-time-selection=first ignore-inactive-pads=true "
         "output-buffer-duration=20000000 latency=" +
         std::to_string(std::chrono::nanoseconds(kMixLatency).count()) +
         " ! capsfilter name=mixed caps=\"" + kMixedAudioCaps + "\"";
}

}  // namespace

class AudioMix::Bin {
 public:
  Bin(GstElement* pipeline, GstElement* bin)
      : pipeline_(GST_ELEMENT(gst_object_ref(pipeline))),
        bin_(GST_ELEMENT(gst_object_ref_sink(bin))),
        mixer_(gst_bin_get_by_name(GST_BIN(bin), "mixer")) {
    gst_bin_add(GST_BIN(pipeline_.get()), bin);
  }
  ~Bin() { removeFrom(pipeline_.get(), bin_.get()); }
  Bin(const Bin&) = delete;
  Bin& operator=(const Bin&) = delete;

  GstElement* element() const { return bin_.get(); }
  GstElement* mixer() const { return mixer_.get(); }

 private:
  const GstPtr<GstElement> pipeline_, bin_, mixer_;
};

// The way of one source into the mixer. At its end it is unlinked while no buffer passes, on
// whatever thread that is: the source would take a mixer that is going for its own end.
class AudioMix::Edge {
 public:
  Edge(GstElement* tee, std::shared_ptr<Bin> bin, std::shared_ptr<SerialExecutor> executor)
      : way_(std::make_shared<Way>()) {
    way_->tee.reset(GST_ELEMENT(gst_object_ref(tee)));
    way_->tee_pad.reset(addTeeOutput(tee));
    way_->at_mixer.reset(gst_element_request_pad_simple(bin->mixer(), "sink_%u"));
    way_->bin = std::move(bin);
    way_->executor = std::move(executor);
    gst_pad_link_maybe_ghosting(way_->tee_pad.get(), way_->at_mixer.get());
    way_->entry.reset(gst_pad_get_peer(way_->tee_pad.get()));
  }
  ~Edge() {
    GstPad* const pad = way_->tee_pad.get();
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_IDLE, &Way::unlink,
                      new std::shared_ptr<Way>(std::move(way_)), &Way::forget);
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

 private:
  struct Way {
    std::shared_ptr<Bin> bin;
    std::shared_ptr<SerialExecutor> executor;
    GstPtr<GstElement> tee;
    GstPtr<GstPad> tee_pad;
    GstPtr<GstPad> entry;  // The bin's.
    GstPtr<GstPad> at_mixer;

    void end() {
      gst_element_remove_pad(bin->element(), entry.get());
      gst_element_release_request_pad(bin->mixer(), at_mixer.get());
      gst_element_release_request_pad(tee.get(), tee_pad.get());
      bin.reset();  // Here, on the executor.
    }

    static GstPadProbeReturn unlink(GstPad* pad, GstPadProbeInfo*, gpointer data) {
      auto& way = *static_cast<std::shared_ptr<Way>*>(data);
      if (!gst_pad_unlink(pad, way->entry.get())) return GST_PAD_PROBE_REMOVE;
      way->executor->post([way] { way->end(); });
      return GST_PAD_PROBE_REMOVE;
    }
    static void forget(gpointer data) { delete static_cast<std::shared_ptr<Way>*>(data); }
  };

  std::shared_ptr<Way> way_;
};

std::unique_ptr<AudioMix> AudioMix::make(GstElement* pipeline, const Plan& plan,
                                         std::shared_ptr<SerialExecutor> executor) {
  GError* raw_error = nullptr;
  GstElement* const made =
      gst_parse_bin_from_description(describe(plan).c_str(), FALSE, &raw_error);
  const GstPtr<GError> error(raw_error);
  if (!made || error) {
    MS_LOG(category, Error, "cannot mix audio: " << (error ? error->message : "?"));
    if (made) gst_object_unref(gst_object_ref_sink(made));
    return nullptr;
  }
  // A former one of this port may be on its way out.
  static std::atomic<unsigned> number = 0;
  gst_object_set_name(GST_OBJECT(made), ("port-" + std::to_string(*plan.listener) + "-audio-mix-" +
                                         std::to_string(number++))
                                            .c_str());
  const GstPtr<GstElement> mixed(gst_bin_get_by_name(GST_BIN(made), "mixed"));
  const GstPtr<GstPad> from(gst_element_get_static_pad(mixed.get(), "src"));
  std::unique_ptr<AudioMix> mix(
      new AudioMix(std::make_shared<Bin>(pipeline, made), std::move(executor)));
  mix->stream_ = std::make_unique<FrameStream>(
      made, from.get(), rtp::MediaKind::Audio, FrameStream::Pace::AsItComes, [] {}, mix->executor_);
  gst_element_sync_state_with_parent(made);
  return mix;
}

AudioMix::AudioMix(std::shared_ptr<Bin> bin, std::shared_ptr<SerialExecutor> executor)
    : bin_(std::move(bin)), executor_(std::move(executor)) {}

AudioMix::~AudioMix() = default;

void AudioMix::add(PortNumber source, GstElement* tee) {
  auto& edge = edges_[source];
  if (!edge) edge = std::make_unique<Edge>(tee, bin_, executor_);
}

void AudioMix::remove(PortNumber source) { edges_.erase(source); }

}  // namespace ms::frame
