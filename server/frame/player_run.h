// One run of a player: from opening a URI to its end, on the chain's executor. What GStreamer tells
// on threads of its own is posted to there before it is looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/frame/blocked_pads.h"
#include "server/frame/file_uri.h"
#include "server/frame/frame_stream.h"
#include "server/frame/gstreamer.h"
#include "server/frame/media_error.h"
#include "server/frame/playable_elements.h"
#include "server/frame/player_settings.h"

namespace ms::frame {

class PlayerRun : public std::enable_shared_from_this<PlayerRun> {
 public:
  // Told on the executor; may end the run.
  struct Observer {
    std::function<void(FrameStream&)> on_stream;
    std::function<void()> on_end_of_stream;
    std::function<void(const MediaError&)> on_error;
    std::function<void(rtp::MediaKind)> on_frame;  // On threads of GStreamer.
  };
  enum class Target { Playing, Paused };

  PlayerRun(PlayerSettings settings, Observer observer, std::shared_ptr<SerialExecutor> executor);
  // Stops; an RTSP server is told.
  ~PlayerRun();
  PlayerRun(const PlayerRun&) = delete;
  PlayerRun& operator=(const PlayerRun&) = delete;

  // Once, after construction.
  void open();
  void setTarget(Target target);

  // There is media. GStreamer does not say of every source that there will never be any.
  bool hasOpened() const;
  // An error, then.
  void giveUp();

  // Later when it is still opening. `done`: whether there is media that can be sought.
  void seek(std::chrono::milliseconds position, std::move_only_function<void(bool)> done);
  std::chrono::milliseconds position() const;
  VideoInfo videoInfo() const;
  std::string dot() const;

  FrameStream* stream(rtp::MediaKind kind) const;

 private:
  struct PendingSeek {
    std::chrono::milliseconds position;
    std::move_only_function<void(bool)> done;
  };

  // What GStreamer's threads know of the run. They never hold it: who lets go of it last waits for
  // them.
  struct Link {
    std::shared_ptr<SerialExecutor> executor;
    std::weak_ptr<PlayerRun> run;
    PlayerSettings settings;
    const PlayableElements playable{settings.playable_elements};
    BlockedPads blocked_pads;

    // Runs `call` on the executor, if the run is still there.
    void post(std::function<void(PlayerRun&)> call) const;
    void setUpSource(GstElement* source) const;

    static GstBusSyncReply onBusMessage(GstBus* bus, GstMessage* message, gpointer link);
    static void onPadAdded(GstElement* element, GstPad* pad, gpointer link);
    static void onNoMorePads(GstElement* element, gpointer link);
    static int onAutoplugSelect(GstElement* element, GstPad* pad, GstCaps* caps,
                                GstElementFactory* factory, gpointer link);
    static void onSourceSetup(GstElement* element, GstElement* source, gpointer link);
    static void onElementAdded(GstBin* pipeline, GstBin* bin, GstElement* element, gpointer link);
  };

  GstElement* addReader();
  void addStream(GstPad* pad);
  void handle(GstMessage* message);
  void onError(GstMessage* message);
  MetWhere whereMet(GstObject* element) const;
  void onBuffering(GstMessage* message);
  void maybePrerolled();
  void applyTarget();
  bool seekNow(std::chrono::milliseconds position);

  const PlayerSettings settings_;
  const Observer observer_;
  const std::shared_ptr<SerialExecutor> executor_;
  std::unique_ptr<Link> link_;  // Outlives the pipeline.

  std::unique_ptr<const WaitingFile> file_;  // When it is one; outlives the pipeline, too.
  GstPtr<GstElement> pipeline_;
  std::vector<std::unique_ptr<FrameStream>> streams_;
  Target target_ = Target::Paused;
  bool is_live_ = false;
  bool has_all_streams_ = false;
  bool is_prerolled_ = false;
  bool is_buffering_ = false;
  std::optional<PendingSeek> pending_seek_;
  std::chrono::milliseconds last_sought_{0};
};

}  // namespace ms::frame
