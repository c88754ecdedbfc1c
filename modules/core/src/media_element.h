// An element of a pipeline: at most one sink and one source per media type, linked to those of
// other elements of the same pipeline.
//
// Links are what the API shows. Packets do not travel along them: for each element that consumes
// packets (an endpoint that sends to its peer) the chain of links is followed upstream to the
// element that produces them, through PassThroughs and hubs, and only these two are joined. So a
// transparent element costs nothing per packet. See docs/decisions/0002-routes-not-hops.md.
//
// Everything here runs on the pipeline's loop; what produces and consumes packets may live on
// others, and is told by posts. An element that closes takes its links with it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modules/core/src/dot_graph.h"
#include "modules/core/src/media_object.h"
#include "server/packet/peer/codec_format.h"

namespace ms::net {
class Outlet;
using OutletPtr = std::shared_ptr<Outlet>;
class DataOutlet;
using DataOutletPtr = std::shared_ptr<DataOutlet>;
}  // namespace ms::net

namespace ms::core {

// The formats that a sink takes, the one it likes best first. Empty: none, or not known yet.
using AcceptedFormats = std::vector<peer::CodecFormat>;

inline constexpr std::array kAllTypes{api::MediaType::Audio, api::MediaType::Video,
                                      api::MediaType::Data};

// What the API shows as the maximum of an encoder without one.
inline constexpr int kNoBitrateLimit = 2'147'483'647;

// By the id of each entry.
using StatsMap = std::map<std::string, std::shared_ptr<const api::Stats>>;

class MediaElement : public MediaObject, public api::MediaElement {
 public:
  static constexpr std::size_t kMaxLinksPerElement = 20'000;  // Viewers of one presenter, times 3.

  explicit MediaElement(model::ObjectContext context);
  ~MediaElement() override;

  // api::MediaElement.
  void connect(const model::ObjectPtr& sink, std::optional<api::MediaType> type,
               const std::optional<std::string>& source_description,
               const std::optional<std::string>& sink_description) override;
  void disconnect(const model::ObjectPtr& sink, std::optional<api::MediaType> type,
                  const std::optional<std::string>& source_description,
                  const std::optional<std::string>& sink_description) override;
  std::vector<api::ElementConnectionData> getSourceConnections(
      std::optional<api::MediaType> type, const std::optional<std::string>& description) override;
  std::vector<api::ElementConnectionData> getSinkConnections(
      std::optional<api::MediaType> type, const std::optional<std::string>& description) override;
  bool isMediaFlowingIn(api::MediaType type, const std::string& description) override;
  bool isMediaFlowingOut(api::MediaType type, const std::string& description) override;
  bool isMediaTranscoding(api::MediaType type, const std::string& bin_name) override;
  int getEncoderBitrate() override;
  void setEncoderBitrate(int bits_per_second) override;
  int getMinEncoderBitrate() override;
  void setMinEncoderBitrate(int bits_per_second) override;
  int getMaxEncoderBitrate() override;
  void setMaxEncoderBitrate(int bits_per_second) override;
  void setAudioFormat(const api::AudioCaps& caps) override;
  void setVideoFormat(const api::VideoCaps& caps) override;
  void getStats(std::optional<api::MediaType> type, model::Answer<StatsMap> answer) override;
  void getGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                       model::Answer<std::string> answer) override;
  void dumpGstreamerDot(std::optional<api::GstreamerDotDetails> details,
                        model::Answer<void> answer) override;

  // Where the packets of this element's source are to be had: null when there are none (yet). Who
  // can give more than one format gives one of `accepted`; others give what they have, and the sink
  // drops what it does not take.
  virtual net::OutletPtr mediaSource(api::MediaType type, const AcceptedFormats& accepted) = 0;
  // The same for DATA, which flows between data sources and sinks: null when nothing does.
  virtual net::DataOutletPtr dataSource() { return nullptr; }

  // What may leave this element of what a sink takes: that of setAudioFormat() or setVideoFormat(),
  // if it is among it.
  AcceptedFormats narrowed(api::MediaType type, const AcceptedFormats& accepted) const;

  // What setAudioFormat() and setVideoFormat() say of what is encoded here; 0: nothing.
  struct EncoderCaps {
    int audio_bitrate = 0;  // Bits per second.
    api::Fraction frame_rate;
  };
  const EncoderCaps& encoderCaps() const { return encoder_caps_; }

  // MediaPipeline.latencyStats; the pipeline tells all its elements when it changes.
  bool wantsLatencyStats();
  virtual void onLatencyStatsChanged() {}

  // The chains of the frame plane that work for this element, as digraphs; empty when there are
  // none.
  virtual void drawChains(OnDrawn done) { done({}); }
  // The elements that this one feeds, for the pipeline's graph.
  virtual std::vector<std::pair<api::MediaType, const MediaElement*>> sinks() const;

 protected:
  // What this element's own sink takes, where it consumes packets.
  virtual AcceptedFormats acceptedFormats(api::MediaType /*type*/) const { return {}; }
  // The packets that arrive at this element's sink: what upstream's mediaSource() gives, or null.
  net::OutletPtr upstreamSource(api::MediaType type) {
    return upstreamSource(type, acceptedFormats(type));
  }
  // The same for somebody further down, as transparent elements ask.
  net::OutletPtr upstreamSource(api::MediaType type, const AcceptedFormats& accepted);
  net::DataOutletPtr upstreamDataSource();

  // What arrives at the sink changed (a link was made, cut, or something further up happened).
  // A consumer joins its peer to upstreamSource(); a transparent element passes it on with
  // tellDownstream().
  virtual void onUpstreamChanged(api::MediaType type) = 0;
  void tellDownstream(api::MediaType type);

  // The media of this element has come to its end: elements further down may want to know.
  void tellEnd();
  virtual void onUpstreamEnd() {}

  // Media flow as MediaFlowInStateChanged and MediaFlowOutStateChanged show it; repeats are
  // ignored.
  void setFlowIn(api::MediaType type, api::MediaFlowState state);
  void setFlowOut(api::MediaType type, api::MediaFlowState state);
  api::MediaFlowState flowOut(api::MediaType type) const;
  // RAW was asked for: what leaves is decoded, and encoded anew for each sink.
  bool wantsRaw(api::MediaType type) const;
  virtual void onEncoderBitratesChanged() {}  // Or encoderCaps().

  // Whether what leaves this element was decoded and encoded; told while it flows.
  void setTranscoding(api::MediaType type, api::MediaTranscodingState state);

  // The state of the flow into the sink, as the element upstream sees it leave. Only transparent
  // elements care; a consumer counts its own packets.
  virtual void onUpstreamFlow(api::MediaType, api::MediaFlowState) {}
  api::MediaFlowState upstreamFlow(api::MediaType type) const;

  // The entry that every element has while latencyStats of its pipeline is on, without latencies.
  virtual std::shared_ptr<api::ElementStats> makeElementStats() const;
  virtual void addStats(std::optional<api::MediaType> type, StatsMap& stats);
  void onClose() override;

 private:
  struct Link {
    MediaElement* source;
    MediaElement* sink;
    api::MediaType type;
    std::string source_description;
    std::string sink_description;
    bool isDefault() const;  // Only the default ports carry media; others are book-keeping.
  };
  using LinkPtr = std::shared_ptr<const Link>;

  void connectOne(MediaElement& sink, api::MediaType type, const std::string& source_description,
                  const std::string& sink_description);
  void disconnectOne(MediaElement& sink, api::MediaType type, const std::string& source_description,
                     const std::string& sink_description);
  // Forgets the link on both sides and tells the sink. Harmless for a link that is gone.
  static void cut(const LinkPtr& link);
  void tellTranscoding(api::MediaType type);
  void setFormat(api::MediaType type, std::optional<rtp::Codec> codec);
  LinkPtr linkInto(api::MediaType type, const std::string& sink_description) const;
  api::ElementConnectionData describe(const Link& link) const;

  std::vector<LinkPtr> incoming_;
  std::vector<LinkPtr> outgoing_;
  std::array<api::MediaFlowState, 3> flow_in_;
  std::array<api::MediaFlowState, 3> flow_out_;
  std::array<api::MediaTranscodingState, 3> transcoding_;
  struct WantedFormat {
    std::optional<rtp::Codec> codec;  // Nothing: RAW.
  };
  std::array<std::optional<WantedFormat>, 3> wanted_formats_;
  EncoderCaps encoder_caps_;
  bool is_telling_downstream_[3] = {};  // Ends the walk where links make a circle.
  bool is_telling_end_ = false;

  int encoder_bitrate_;  // Bits per second.
  int min_encoder_bitrate_;
  int max_encoder_bitrate_;  // 0: no limit.
};

}  // namespace ms::core
