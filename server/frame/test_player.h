// For tests of what plays: a film, an observer that can be waited for, and a sink of frames.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/frame/gstreamer.h"
#include "server/frame/player_chain.h"

namespace ms::frame {

inline const peer::CodecFormat kVp8{.codec = rtp::Codec::Vp8};
inline const peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
inline const peer::CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};
inline const peer::CodecFormat kPcmu{.codec = rtp::Codec::Pcmu, .clock_rate = 8000};

// A folder with one second of VP8 and opus, made by GStreamer's test sources.
class Film {
 public:
  Film() {
    std::string text = (std::filesystem::temp_directory_path() / "film-XXXXXX").string();
    folder_ = mkdtemp(text.data());
    startGStreamer();
    const std::string launch =
        "webmmux name=m ! filesink location=" + path().string() +
        " videotestsrc num-buffers=20 ! video/x-raw,width=160,height=120,framerate=20/1 ! "
        "vp8enc deadline=1 keyframe-max-dist=10 ! queue ! m. "
        "audiotestsrc num-buffers=50 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! "
        "opusenc ! queue ! m.";
    const GstPtr<GstElement> pipeline(gst_parse_launch(launch.c_str(), nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const GstPtr<GstBus> bus(gst_element_get_bus(pipeline.get()));
    const GstPtr<GstMessage> end(gst_bus_timed_pop_filtered(
        bus.get(), GST_CLOCK_TIME_NONE, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  }
  ~Film() { std::filesystem::remove_all(folder_); }

  std::filesystem::path path() const { return folder_ / "film.webm"; }
  std::string uri() const { return "file://" + path().string(); }
  std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

inline const Film& film() {
  static const Film shared;
  return shared;
}

// What a player tells, waited for.
class Told final : public PlayerObserver {
 public:
  void onEndOfStream() override { note("end"); }
  void onError(const MediaError& error) override { note(error.type); }
  void onFlow(rtp::MediaKind kind) override {
    note(kind == rtp::MediaKind::Audio ? "audio flows" : "video flows");
  }
  void onConversion(rtp::MediaKind kind, Conversion conversion) override {
    note(std::string(kind == rtp::MediaKind::Audio ? "audio" : "video") +
         (conversion == Conversion::Transcoded ? " is transcoded" : " as it came"));
  }

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    list_.push_back(what);
    changed_.notify_all();
  }
  bool waitFor(const std::string& what) { return waitForCount(what, 1); }
  bool waitForCount(const std::string& what, std::ptrdiff_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return std::ranges::count(list_, what) >= count; });
  }
  std::ptrdiff_t count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(list_, what);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> list_;
};

// A sink of frames.
struct Screen {
  Screen(PlayerChain& chain, Loop& loop, rtp::MediaKind kind, const peer::CodecFormat& format)
      : inlet(std::make_shared<FrameInlet>(loop, kind)),
        producer(chain.makeProducer(inlet, {format})) {
    loop.runAndWait(
        [this] { inlet->open([this](const RtpFrame& frame) { frames.push_back(frame); }); });
    producer->onFirstSink();
  }

  const std::shared_ptr<FrameInlet> inlet;
  const std::unique_ptr<FrameProducer> producer;
  std::vector<RtpFrame> frames;
};

}  // namespace ms::frame
