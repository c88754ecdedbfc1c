#include "server/frame/recorder_chain.h"

#include <fcntl.h>
#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>
#include <thread>

#include "server/frame/av1_rtp_elements.h"
#include "server/frame/failure_budget.h"
#include "server/frame/gstreamer.h"
#include "server/frame/test_source.h"
#include "server/frame/track_sink.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;

const peer::CodecFormat kVp8{.codec = rtp::Codec::Vp8};
const peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
const peer::CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};
const peer::CodecFormat kAv1{.codec = rtp::Codec::Av1};

using Packets = std::vector<std::vector<std::uint8_t>>;

// What an encoder and a payloader make.
Packets packetsOf(const std::string& description) {
  startGStreamer();
  const GstPtr<GstElement> pipeline(
      gst_parse_launch((description + " ! appsink name=packets sync=false").c_str(), nullptr));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "packets"));
  Packets packets;
  while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(sink.get()))}) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    auto& packet = packets.emplace_back(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, packet.data(), packet.size());
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return packets;
}

// 20 frames, 50 ms apart, all of which hang on the first. `from` moves numbers and times.
Packets video(const std::string& encoder, const std::string& payloader, int width = 160,
              int from = 0) {
  return packetsOf("videotestsrc num-buffers=20 ! video/x-raw,width=" + std::to_string(width) +
                   ",height=120,framerate=20/1 ! " + encoder + " ! " + payloader +
                   " ssrc=" + std::to_string(100 + width) +
                   " seqnum-offset=" + std::to_string(100 + 1000 * from) +
                   " timestamp-offset=" + std::to_string(1000 + 90000 * from));
}
Packets vp8Video(int width = 160, int from = 0) {
  return video("vp8enc deadline=1", "rtpvp8pay", width, from);
}
Packets h264Video(int width = 160, int from = 0) {
  return video("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=100",
               "rtph264pay config-interval=-1", width, from);
}
// Smaller than what an encoder of H.264 takes.
constexpr int kTooNarrow = 8;
Packets av1Video(int width = 160, int from = 0) {
  return video(
      "videoconvert ! video/x-raw,format=I420 ! av1enc usage-profile=realtime cpu-used=8 "
      "keyframe-max-dist=100 ! "
      "av1parse",
      kAv1Payloader, width, from);
}
// A second of sound, 20 ms a packet.
Packets opusAudio() {
  return packetsOf(
      "audiotestsrc num-buffers=50 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 "
      "! opusenc ! rtpopuspay ssrc=9 seqnum-offset=7 timestamp-offset=500");
}

constexpr std::size_t kAacFrames = 44;  // At least, of such a second.

class Told final : public RecorderObserver {
 public:
  void onFinished() override { note("finished"); }
  void onLoss(const MediaError& error) override { note("lost: " + error.type); }
  void onError(const MediaError& error) override { note(error.type); }
  std::string wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return !what_.empty(); });
    return std::exchange(what_, "");
  }

 private:
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    what_ += what;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_;
};

class RecorderChainTest : public testing::Test {
 protected:
  RecorderChainTest() {
    std::string text = (std::filesystem::temp_directory_path() / "recorder-XXXXXX").string();
    folder_ = mkdtemp(text.data());
    file_ = folder_ / "new" / "film";
  }
  ~RecorderChainTest() override {
    run([this] { tracks_.clear(); });
    chain_.reset();
    while (threads_.running() > 0) std::this_thread::yield();
    std::filesystem::remove_all(folder_);
  }

  void run(const std::function<void()>& work) {
    loop_.runAndWait([&] { work(); });
  }
  std::string fileUri() const { return "file://" + file_.string(); }
  void open(const std::string& uri, Container container,
            const std::vector<TestSource*>& sources = {}) {
    chain_ = std::make_unique<RecorderChain>(
        loop_, threads_, RecorderSettings{.uri = uri, .container = container}, told_);
    std::vector<rtp::MediaKind> kinds;
    for (TestSource* source : sources.empty() ? std::vector{&camera_} : sources) {
      kinds.push_back(source->kind());
      run([&] { addTrack(*source); });
    }
    chain_->expect(kinds);
  }
  void addTrack(TestSource& source) {
    const rtp::NtpClock clock({}, Loop::now());
    auto& track = tracks_.emplace_back(std::make_unique<TrackSink>(
        loop_, clock, TrackSink::Settings{.kind = source.kind()}, chain_->feed(source.kind()),
        TrackSink::Told{.on_format = chain_->formatListener(source.kind()), .on_packet = [] {}}));
    track->setSource(&source, Loop::now());
    track->start(Loop::now());
  }
  // As if they were sent a second after those before.
  void send(const Packets& packets, TestSource& source, std::size_t without = SIZE_MAX) {
    for (std::size_t i = 0; i < packets.size(); ++i)
      if (i != without) run([&] { source.send(packets[i], Loop::now() + 1s * seconds_sent_); });
  }
  void send(const Packets& packets) {
    send(packets, camera_);
    ++seconds_sent_;
  }
  // What follows is another stream, and the one before is not cut off.
  void waitForTheFeed() {
    while (!chain_->feed(rtp::MediaKind::Video)->isOpenFor(camera_.codec))
      std::this_thread::yield();
  }
  // Picture and sound, of which some is written already.
  void recordASecond(Container container) {
    open(fileUri(), container, {&camera_, &microphone_});
    send(vp8Video(), camera_);
    send(opusAudio(), microphone_);
    waitForBytes(2000);
    ++seconds_sent_;
  }
  // But for the last time, which the test waits for.
  void failAsOftenAsMayBe() {
    const auto failures = static_cast<int>(FailureBudget::kMaxFailures);
    for (int i = 1; i <= failures; ++i) {
      ++seconds_sent_;
      send(vp8Video(kTooNarrow - i, i), camera_);  // Of another width each: another stream.
      if (i == failures) return;
      ASSERT_EQ(told_->wait(), "lost: STREAM_ERROR_FAILED");
      waitForTheFeed();
    }
  }
  std::string finish() {
    endTracks();
    chain_->finish();
    return told_->wait();
  }
  void endTracks() {
    for (const auto& track : tracks_) {
      std::promise<void> ended;
      run([&] { track->end(Loop::now() + 10s, [&] { ended.set_value(); }); });
      ended.get_future().wait();
    }
  }
  // Time stamps of the frames in a file, in milliseconds.
  std::vector<int> framesOf(const char* chain) const {
    const std::string text =
        "filesrc location=" + file_.string() + " ! " + chain + " ! appsink name=frames sync=false";
    const GstPtr<GstElement> pipeline(gst_parse_launch(text.c_str(), nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const GstPtr<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "frames"));
    std::vector<int> times;
    while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(sink.get()))})
      times.push_back(
          static_cast<int>(GST_BUFFER_PTS(gst_sample_get_buffer(sample.get())) / GST_MSECOND));
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return times;
  }
  std::string bytes() const {
    std::stringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  void waitForBytes(std::size_t count) const {
    std::error_code none_yet;
    while (std::filesystem::file_size(file_, none_yet) < count || none_yet)
      std::this_thread::yield();
  }

  Loop loop_{"test"};
  FrameThreads threads_;  // Ends before the loop that chains post to.
  TestSource camera_{rtp::MediaKind::Video, kVp8};
  TestSource microphone_{rtp::MediaKind::Audio, kOpus};
  std::filesystem::path folder_, file_;
  int seconds_sent_ = 0;
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
  std::unique_ptr<RecorderChain> chain_;
  std::vector<std::unique_ptr<TrackSink>> tracks_;
};

void expectEven(const std::vector<int>& times, std::size_t count) {
  ASSERT_EQ(times.size(), count);
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], static_cast<int>(i) * 50, 1);
}

TEST_F(RecorderChainTest, WritesEveryFrameWithItsTime) {
  open(fileUri(), Container::WebM);
  send(vp8Video());
  EXPECT_EQ(finish(), "finished");
  expectEven(framesOf("matroskademux"), 20);
  EXPECT_NE(bytes().find("\x1c\x53\xbb\x6b"), std::string::npos) << "Cues, to seek by";
}

TEST_F(RecorderChainTest, EncodesForAContainerThatDoesNotTakeTheCodec) {
  open(fileUri(), Container::Mp4);
  send(vp8Video());
  EXPECT_EQ(finish(), "finished");
  expectEven(framesOf("qtdemux ! h264parse ! avdec_h264"), 20);
}

TEST_F(RecorderChainTest, AFinishedMp4HasOneIndexInFront) {
  camera_.codec = kH264;
  open(fileUri(), Container::Mp4, {&camera_, &microphone_});
  send(opusAudio(), microphone_);
  send(h264Video());
  EXPECT_EQ(finish(), "finished");
  const std::string film = bytes();
  EXPECT_LT(film.find("moov"), film.find("mdat"));
  EXPECT_EQ(film.find("moof"), std::string::npos);
  expectEven(framesOf("qtdemux name=d d.video_0"), 20);
  EXPECT_NEAR(framesOf("qtdemux name=d d.audio_0").back(), 1000, 40);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "new"), {}), 1);
}

TEST_F(RecorderChainTest, AnMp4CanBePlayedBeforeItIsFinished) {
  camera_.codec = kH264;
  open(fileUri(), Container::Mp4);
  send(h264Video());
  waitForBytes(2000);
  while (framesOf("qtdemux").size() < 10) std::this_thread::yield();
}

TEST_F(RecorderChainTest, AfterALossItGoesOnWithAKeyFrame) {
  open(fileUri(), Container::WebM);
  const Packets packets = vp8Video();
  send(packets, camera_, packets.size() / 2);
  const int before = camera_.key_frame_requests;
  EXPECT_EQ(finish(), "finished");
  EXPECT_GE(camera_.key_frame_requests, before);
  EXPECT_LE(framesOf("matroskademux").size(), 11u);
}

TEST_F(RecorderChainTest, ThePictureMayChangeItsSize) {
  for (const Container container : {Container::WebM, Container::Matroska, Container::Mp4}) {
    open(fileUri(), container);
    send(vp8Video(160, 0));
    waitForTheFeed();
    send(vp8Video(320, 1));
    EXPECT_EQ(finish(), "finished");
    const auto times = framesOf(container == Container::Mp4 ? "qtdemux ! h264parse ! avdec_h264"
                                                            : "matroskademux ! vp8dec");
    EXPECT_EQ(times.size(), 40u);
    EXPECT_TRUE(std::ranges::is_sorted(times));
    run([this] { tracks_.clear(); });
  }
}

TEST_F(RecorderChainTest, TheCodecMayChange) {
  open(fileUri(), Container::WebM);
  send(vp8Video(160, 0));
  waitForTheFeed();
  camera_.codec = kH264;
  send(h264Video(320, 1));
  waitForTheFeed();
  camera_.codec = kVp8;
  send(vp8Video(160, 2));
  EXPECT_EQ(finish(), "finished");
  const auto times = framesOf("matroskademux ! vp8dec");
  EXPECT_EQ(times.size(), 60u);
  EXPECT_TRUE(std::ranges::is_sorted(times));
}

TEST_F(RecorderChainTest, Av1IsKeptAsItComes) {
  camera_.codec = kAv1;
  for (const Container container : {Container::WebM, Container::Matroska}) {
    open(fileUri(), container);
    send(av1Video(160, seconds_sent_));
    EXPECT_EQ(finish(), "finished");
    expectEven(framesOf("matroskademux ! av1parse ! av1dec"), 20);
    run([this] { tracks_.clear(); });
  }
}

TEST_F(RecorderChainTest, Av1IsEncodedForMp4) {
  camera_.codec = kAv1;
  open(fileUri(), Container::Mp4);
  send(av1Video());
  EXPECT_EQ(finish(), "finished");
  expectEven(framesOf("qtdemux ! h264parse ! avdec_h264"), 20);
}

TEST_F(RecorderChainTest, ACodecThatCannotBeRecordedEndsItsTrackOnly) {
  camera_.codec = kAv1;
  open(fileUri(), Container::WebM, {&camera_, &microphone_});
  send(av1Video(), camera_);
  send(opusAudio(), microphone_);
  waitForBytes(2000);
  camera_.codec = kVp8;  // Would have to be encoded into AV1.
  for (const auto& packet : vp8Video(160, 1)) run([&] { camera_.send(packet, Loop::now()); });
  EXPECT_EQ(told_->wait(), "lost: STREAM_ERROR_DECODE");
  EXPECT_EQ(finish(), "finished");
  EXPECT_EQ(framesOf("matroskademux name=d d.video_0").size(), 20u);
  EXPECT_EQ(framesOf("matroskademux name=d d.audio_0").size(), 51u);
}

TEST_F(RecorderChainTest, ATrackThatItsStreamBringsIntoTroubleGoesOnWithTheNextKeyFrame) {
  recordASecond(Container::Mp4);
  send(vp8Video(kTooNarrow, 1), camera_);
  EXPECT_EQ(told_->wait(), "lost: STREAM_ERROR_FAILED");

  waitForTheFeed();
  ++seconds_sent_;
  send(vp8Video(160, 2), camera_);
  EXPECT_EQ(finish(), "finished");
  // The last one before the trouble may have been on its way.
  EXPECT_NEAR(framesOf("qtdemux name=d d.video_0").size(), 40, 1);
  EXPECT_GE(framesOf("qtdemux name=d d.audio_0").size(), kAacFrames);
}

TEST_F(RecorderChainTest, ATrackThatFailsAgainAndAgainEndsAlone) {
  recordASecond(Container::Mp4);
  failAsOftenAsMayBe();
  EXPECT_EQ(told_->wait(), "lost: STREAM_ERROR_FAILED");

  EXPECT_EQ(finish(), "finished");
  EXPECT_NEAR(framesOf("qtdemux name=d d.video_0").size(), 20, 1);
  EXPECT_GE(framesOf("qtdemux name=d d.audio_0").size(), kAacFrames);
}

TEST_F(RecorderChainTest, TheLastTrackThatFailsEndsTheRecording) {
  open(fileUri(), Container::Mp4);
  send(vp8Video(), camera_);
  waitForBytes(2000);
  failAsOftenAsMayBe();
  EXPECT_EQ(told_->wait(), "STREAM_ERROR_FAILED");
}

TEST_F(RecorderChainTest, ATrackThatFailsAtItsEndTakesNothingFromTheOther) {
  recordASecond(Container::Mp4);
  send(vp8Video(kTooNarrow, 1), camera_);
  endTracks();
  chain_->finish();
  std::string told;
  while (!told.ends_with("finished")) told += told_->wait();
  EXPECT_EQ(told, "lost: STREAM_ERROR_FAILEDfinished");
  EXPECT_GE(framesOf("qtdemux name=d d.audio_0").size(), kAacFrames);
}

TEST_F(RecorderChainTest, ATrackThatFallsSilentDoesNotHoldUpTheOther) {
  for (const Container container :
       {Container::WebM, Container::Mp4, Container::Flv, Container::Matroska}) {
    open(fileUri(), container, {&camera_, &microphone_});
    send(vp8Video(), camera_);
    const Packets audio = opusAudio();
    for (const auto& packet : audio) run([&] { microphone_.send(packet, Loop::now()); });
    // The camera says nothing any more: all of the sound is written before the end.
    chain_->feed(rtp::MediaKind::Video)->tellSilenceUntil(Loop::now() + 10s);
    waitForBytes(audio.size() * audio.front().size() / 2);
    EXPECT_EQ(finish(), "finished");
    run([this] { tracks_.clear(); });
  }
}

TEST_F(RecorderChainTest, PicturesOfJpegFollowEachOther) {
  open(fileUri(), Container::Jpeg);
  send(vp8Video());
  EXPECT_EQ(finish(), "finished");
  EXPECT_EQ(framesOf("jpegparse").size(), 20u);
}

TEST_F(RecorderChainTest, FinishesWithoutMedia) {
  open(fileUri(), Container::WebM);
  EXPECT_EQ(finish(), "finished");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(RecorderChainTest, TellsWhatCannotBeWritten) {
  std::ofstream(folder_ / "new") << "a file where a folder is needed";
  open(fileUri(), Container::WebM);
  send(vp8Video());
  EXPECT_EQ(told_->wait(), "RESOURCE_ERROR_OPEN");
}

TEST_F(RecorderChainTest, TellsASchemeThatItCannotWrite) {
  open("foo://bar", Container::WebM);
  send(vp8Video());
  EXPECT_EQ(told_->wait(), "INVALID_URI");
}

TEST_F(RecorderChainTest, TellsADiskThatIsFull) {
  open("file:///dev/full", Container::WebM);
  send(vp8Video());
  EXPECT_EQ(told_->wait(), "RESOURCE_ERROR_NO_SPACE_LEFT");
}

TEST_F(RecorderChainTest, TellsATargetThatIsTooSlow) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  open("file://" + pipe.string(), Container::Matroska);
  const Packets packets = vp8Video(320);
  send(packets);
  // Ever more of it, with nobody who reads.
  std::uint16_t number = 5000;
  std::thread drain;
  for (int i = 0; i < 30'000; ++i) {
    rtp::TestPacket packet{.sequence_number = number++,
                           .timestamp = 90'000u + static_cast<std::uint32_t>(i) * 10,
                           .ssrc = 700,
                           .marker = true,
                           .payload = std::vector<std::uint8_t>(1200, 0)};
    packet.payload[0] = 0x10;
    packet.payload[4] = 0x9d, packet.payload[5] = 0x01, packet.payload[6] = 0x2a;
    packet.payload[7] = 160, packet.payload[9] = 120;
    run([&] { camera_.send(packet.bytes(), Loop::now()); });
  }
  EXPECT_EQ(told_->wait(), "lost: RESOURCE_ERROR_WRITE");
  std::atomic<bool> has_finished = false;
  drain = std::thread([&] {
    char buffer[65536];
    while (!has_finished)
      if (::read(reader, buffer, sizeof buffer) < 0) std::this_thread::yield();
  });
  EXPECT_EQ(finish(), "finished") << "as soon as somebody reads";
  has_finished = true;
  drain.join();
  ::close(reader);
}

TEST_F(RecorderChainTest, FinishesTheFileWhenItIsReleased) {
  open(fileUri(), Container::Mp4);
  send(vp8Video());
  endTracks();
  chain_.reset();
  while (threads_.running() > 0) std::this_thread::yield();
  EXPECT_EQ(framesOf("qtdemux").size(), 20u);
  EXPECT_EQ(bytes().find("moof"), std::string::npos);
}

}  // namespace
}  // namespace ms::frame
