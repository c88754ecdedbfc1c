// GStreamer's side of a recording: tracks of packets, each written into the container as the codec
// that it began with, whatever comes later.
//
//   appsrc -> depayloader [-> decoder -> encoder] -> queue -> muxer -> file or HTTP
//   '------------------ branch -----------------'
//
// A branch that fails (a decoder that its stream has brought into trouble) is made anew, and goes
// on with the next key frame; one that fails again and again ends its track. What fails behind it
// ends the recording.
//
// Used on the executor of its chain, by functions that may block. What GStreamer's threads tell is
// told on them.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/base/units.h"
#include "server/frame/failure_budget.h"
#include "server/frame/gstreamer.h"
#include "server/frame/media_error.h"
#include "server/frame/recording_format.h"
#include "server/frame/track_feed.h"
#include "server/packet/rtp/types.h"

namespace ms::frame {

class RecorderPipeline {
 public:
  // Called on any thread, until close() returns.
  struct Told {
    std::function<void(const MediaError&)> on_error;      // Nothing is written any more.
    std::function<void(rtp::MediaKind)> on_branch_error;  // See takeBranchError().
    // All that was written before the format changed is through.
    std::function<void(rtp::MediaKind)> on_drained;
    std::function<void()> on_full;  // See TrackFeed::open().
  };
  struct Track {
    rtp::MediaKind kind;
    peer::CodecFormat format;
    std::shared_ptr<TrackFeed> feed;
  };

  RecorderPipeline(std::string uri, Container container, Bitrate video_bitrate, Told told);
  ~RecorderPipeline();
  RecorderPipeline(const RecorderPipeline&) = delete;
  RecorderPipeline& operator=(const RecorderPipeline&) = delete;

  // Makes missing folders; opens the feeds. What is wrong with the target itself is told later.
  std::optional<MediaError> open(const std::vector<Track>& tracks);
  bool has(rtp::MediaKind kind) const { return tracks_[indexOf(kind)].has_value(); }

  // Packets of another format follow. Without effect on the format when it is written alike; else
  // the feed is opened for it after on_drained, which calls drained().
  void change(rtp::MediaKind kind, const peer::CodecFormat& format);
  // False when the format cannot be recorded: the track ends there, its feed is declined.
  bool drained(rtp::MediaKind kind);
  // Why a branch has failed since this was asked last; also at the end, which waits for no teller.
  std::optional<MediaError> takeBranchError(rtp::MediaKind kind);
  // After that. False when the track ends there.
  bool makeBranchAnew(rtp::MediaKind kind, Timestamp now);
  bool hasLivingTrack() const;
  // Of video that is encoded, from now on.
  void setVideoBitrate(Bitrate bitrate);

  // All feeds have ended. Nothing when all is written; else what went wrong, which also may be that
  // it takes longer than `patience`.
  std::optional<MediaError> waitForEnd(Duration patience);
  void close();
  // As a digraph.
  std::string dot() const;
  // A file that was closed gets the form in which it is best played.
  void finalise();

 private:
  struct Link;
  struct Open {
    Track track;
    WrittenCodec codec;
    GstElement* branch = nullptr;  // The pipeline's; null when the track has ended.
    GstPtr<GstElement> queue;
    bool is_draining = false;
    FailureBudget failures = {};
  };

  static std::size_t indexOf(rtp::MediaKind kind) { return static_cast<std::size_t>(kind); }
  std::string describe(const std::vector<Track>& tracks) const;
  std::optional<MediaError> makeTrack(const Track& track);
  bool addBranch(Open& open);
  bool replaceBranch(Open& open);
  void removeBranch(Open& open);
  void openFeed(Open& open);
  void endTrack(Open& open);

  const std::string uri_;
  const Container container_;
  const std::optional<std::filesystem::path> path_;  // Of a file.
  Bitrate video_bitrate_;
  const std::unique_ptr<Link> link_;  // Outlives the pipeline.
  GstPtr<GstElement> pipeline_;
  std::array<std::optional<Open>, 2> tracks_;
};

}  // namespace ms::frame
