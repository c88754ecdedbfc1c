#include "server/frame/conversion_chain.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>
#include <numbers>
#include <random>

#include "server/frame/codec_table.h"
#include "server/frame/gstreamer.h"
#include "server/frame/test_source.h"
#include "server/frame/track_sink.h"
#include "server/packet/rtp/key_frame.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;

const peer::CodecFormat kVp8{.codec = rtp::Codec::Vp8};
const peer::CodecFormat kVp9{.codec = rtp::Codec::Vp9};
const peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
const peer::CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};
const peer::CodecFormat kPcmu{.codec = rtp::Codec::Pcmu, .clock_rate = 8000};
const peer::CodecFormat kH265{.codec = rtp::Codec::H265};
const peer::CodecFormat kAv1{.codec = rtp::Codec::Av1};
const peer::CodecFormat kG722{.codec = rtp::Codec::G722, .clock_rate = 8000};
const peer::CodecFormat kAmr{.codec = rtp::Codec::Amr, .clock_rate = 8000, .profile_id = 1};
const peer::CodecFormat kAmrWb{.codec = rtp::Codec::AmrWb, .clock_rate = 16000, .profile_id = 1};
const peer::CodecFormat kSpeex{.codec = rtp::Codec::Speex, .clock_rate = 16000};

using Packets = std::vector<std::vector<std::uint8_t>>;

constexpr int kFrames = 15, kFrameRate = 30;  // Half a second: no queue of a chain overflows.

// What a GStreamer pipeline writes into an appsink.
Packets everythingOf(const std::string& description) {
  startGStreamer();
  const GstPtr<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(
      gst_parse_launch((description + " ! appsink name=out sync=false").c_str(), nullptr))));
  const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  Packets packets;
  while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(out.get()))}) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    auto& packet = packets.emplace_back(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, packet.data(), packet.size());
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return packets;
}

// Raw media to packets, also of codecs that the server does not encode into.
std::string senderOf(const peer::CodecFormat& format) {
  if (format.codec == rtp::Codec::Av1)
    return "videoconvert ! video/x-raw,format=I420 ! av1enc usage-profile=realtime cpu-used=8 ! " +
           payloaderOf(format);
  if (format.codec == rtp::Codec::Speex)
    return "audioconvert ! audioresample ! audio/x-raw,rate=16000,channels=1 ! "
           "speexenc ! rtpspeexpay";
  return encoderOf(format, Bitrate(500'000)) + " ! " + payloaderOf(format);
}

// Packets of a red picture.
Packets redVideo(const peer::CodecFormat& format) {
  return everythingOf("videotestsrc pattern=red num-buffers=" + std::to_string(kFrames) +
                      " ! video/x-raw,width=160,height=120,framerate=" +
                      std::to_string(kFrameRate) + "/1 ! " + senderOf(format));
}

constexpr double kToneHz = 1000;

// Half a second of a tone.
Packets tone(const peer::CodecFormat& format) {
  return everythingOf(
      "audiotestsrc num-buffers=25 samplesperbuffer=960 freq=1000 ! "
      "audio/x-raw,rate=48000,channels=2 ! " +
      senderOf(format));
}

// The samples or pixels that packets of this format decode to.
std::vector<std::uint8_t> decoded(const peer::CodecFormat& format, const std::vector<RtpFrame>& in,
                                  const std::string& raw) {
  const GstPtr<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(
      ("appsrc name=in format=time caps=\"" + rtpCapsOf(format) + "\" ! " + depayloaderOf(format) +
       " ! " + decoderOf(format) + " ! " + raw + " ! appsink name=out sync=false")
          .c_str(),
      nullptr))));
  const GstPtr<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  const GstPtr<GstElement> out(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  for (const RtpFrame& frame : in)
    for (const auto& packet : frame.packets)
      gst_app_src_push_buffer(GST_APP_SRC(source.get()),
                              gst_buffer_new_memdup(packet.data(), packet.size()));
  gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
  std::vector<std::uint8_t> all;
  while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(out.get()))}) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
    const std::size_t before = all.size();
    all.resize(before + gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, all.data() + before, all.size() - before);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return all;
}

// How loud `hz` is among all of it: 1 when there is nothing else.
double shareOf(double hz, const std::vector<std::uint8_t>& bytes, double rate) {
  double re = 0, im = 0, power = 0;
  const std::size_t count = bytes.size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const double sample = static_cast<std::int16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
    const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / rate;
    re += sample * std::cos(angle);
    im += sample * std::sin(angle);
    power += sample * sample;
  }
  return power == 0 ? 0 : 2 * (re * re + im * im) / static_cast<double>(count) / power;
}

// A sink of what the chain gives in one format.
struct Screen {
  Screen(ConversionChain& chain, Loop& loop, MediaKind kind, const peer::CodecFormat& format)
      : loop(loop),
        inlet(std::make_shared<FrameInlet>(loop, kind)),
        producer(chain.makeProducer(inlet, {format})) {
    loop.runAndWait([this] {
      inlet->open([this](const RtpFrame& frame) {
        frames.push_back(frame);
        const MutexLock lock(mutex);
        ++shown;
        more.notify_all();
      });
    });
    producer->onFirstSink();
  }
  ~Screen() {
    producer->onNoSink();
    loop.runAndWait([this] { inlet->close(); });
  }
  std::size_t count() {
    std::size_t count = 0;
    loop.runAndWait([&] { count = frames.size(); });
    return count;
  }
  void waitFor(std::size_t wanted) {
    MutexLock lock(mutex);
    while (shown < wanted) more.wait(lock);
  }

  Loop& loop;
  const std::shared_ptr<FrameInlet> inlet;
  const std::unique_ptr<FrameProducer> producer;
  std::vector<RtpFrame> frames;  // On the loop.
  Mutex mutex;
  std::condition_variable_any more;
  std::size_t shown GUARDED_BY(mutex) = 0;
};

// The owner of a chain: gives it a TrackSink while it wants one. On the loop.
class Owner final : public ConversionObserver {
 public:
  Owner(Loop& loop, TestSource& source) : loop_(loop), source_(source) {}

  void onBegin() override {
    sink_ = std::make_unique<TrackSink>(
        loop_, rtp::NtpClock({}, Timestamp{}), TrackSink::Settings{.kind = source_.kind()},
        chain->feed(), TrackSink::Told{.on_format = chain->onFormat(), .on_packet = [] {}});
    sink_->setSource(&source_, Loop::now());
    sink_->start(Loop::now());
    note("begin");
  }
  void onEnd() override {
    sink_.reset();
    note("end");
  }
  void onError(const MediaError&) override { note("error"); }

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(what);
    changed_.notify_all();
  }
  std::ptrdiff_t count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return std::ranges::count(told_, what);
  }
  void waitFor(const std::string& what, std::ptrdiff_t times = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::ranges::count(told_, what) >= times; });
  }

  ConversionChain* chain = nullptr;

 private:
  Loop& loop_;
  TestSource& source_;
  std::unique_ptr<TrackSink> sink_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
};

class ConversionChainTest : public testing::Test {
 protected:
  ~ConversionChainTest() override { end(); }
  // On the loop, as an element does: nothing is told of a chain that is gone.
  void end() {
    loop_.runAndWait([this] {
      owner_.reset();
      chain_.reset();
      source_.reset();
    });
  }

  void make(const peer::CodecFormat& format, std::optional<ElementFilter> filter = std::nullopt) {
    const MediaKind kind = rtp::hasKeyFrames(format.codec) ? MediaKind::Video : MediaKind::Audio;
    source_ = std::make_unique<TestSource>(kind, format);
    owner_ = std::make_shared<Owner>(loop_, *source_);
    chain_ = std::make_unique<ConversionChain>(
        loop_, threads_, ConversionChain::Settings{.kind = kind, .bitrates = {}, .filter = filter},
        owner_);
    owner_->chain = chain_.get();
  }
  void send(const Packets& packets) {
    loop_.runAndWait([&] {
      for (const auto& packet : packets) source_->send(packet, Loop::now());
    });
  }
  std::string dot() {
    std::promise<std::string> promise;
    chain_->dot([&](std::string text) { promise.set_value(std::move(text)); });
    return promise.get_future().get();
  }

  Loop loop_{"test"};
  FrameThreads threads_;  // Ends before the loop that chains post to.
  std::unique_ptr<TestSource> source_;
  std::shared_ptr<Owner> owner_;
  std::unique_ptr<ConversionChain> chain_;
};

std::ptrdiff_t timesIn(const std::string& text, const std::string& part) {
  std::ptrdiff_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

void expectRed(const peer::CodecFormat& format, const std::vector<RtpFrame>& frames) {
  const auto pixels = decoded(format, frames, "videoconvert ! video/x-raw,format=RGB");
  constexpr std::size_t kFrameBytes = 160 * 120 * 3, kCentre = (60 * 160 + 80) * 3;
  ASSERT_GE(pixels.size(), kFrameBytes * (kFrames - 2));
  EXPECT_GT(pixels[kCentre], 200);
  EXPECT_LT(pixels[kCentre + 1], 60);
  EXPECT_LT(pixels[kCentre + 2], 60);
}

TEST_F(ConversionChainTest, TurnsVp8IntoH264ThatCanBeDecoded) {
  make(kVp8);
  Screen screen(*chain_, loop_, MediaKind::Video, kH264);
  owner_->waitFor("begin");
  send(redVideo(kVp8));
  screen.waitFor(kFrames);
  loop_.runAndWait([&] {
    EXPECT_EQ(screen.frames.front().format, kH264);
    EXPECT_TRUE(screen.frames.front().starts_key_frame);
    EXPECT_GT(source_->key_frame_requests, 0);
    const Duration span = screen.frames.back().due - screen.frames.front().due;
    EXPECT_NEAR(static_cast<double>(span.count()), 1e6 * (kFrames - 1) / kFrameRate, 2000);
    expectRed(kH264, screen.frames);
  });
}

TEST_F(ConversionChainTest, TurnsTheOtherCodecsIntoVp8AndH264ThatCanBeDecoded) {
  for (const auto& [from, to] : {std::pair(kH264, kVp8), std::pair(kH265, kVp8),
                                 std::pair(kAv1, kVp8), std::pair(kAv1, kH264)}) {
    make(from);
    {
      Screen screen(*chain_, loop_, MediaKind::Video, to);
      owner_->waitFor("begin");
      send(redVideo(from));
      screen.waitFor(kFrames - 1);
      loop_.runAndWait([&] { expectRed(to, screen.frames); });
    }
    owner_->waitFor("end");
  }
}

TEST_F(ConversionChainTest, AToneSurvivesBetweenOpusAndTheCodecsOfTelephones) {
  for (const auto& [from, to] :
       {std::pair(kOpus, kPcmu), std::pair(kPcmu, kOpus), std::pair(kG722, kOpus),
        std::pair(kAmr, kOpus), std::pair(kAmrWb, kOpus), std::pair(kSpeex, kOpus),
        std::pair(kOpus, kAmr), std::pair(kOpus, kAmrWb), std::pair(kOpus, kG722)}) {
    make(from);
    {
      Screen screen(*chain_, loop_, MediaKind::Audio, to);
      owner_->waitFor("begin");
      send(tone(from));
      screen.waitFor(20);
      loop_.runAndWait([&] {
        const auto samples = decoded(
            to, screen.frames,
            "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1");
        EXPECT_GT(samples.size(), 2u * 48000 / 4);
        EXPECT_GT(shareOf(kToneHz, samples, 48000), 0.8);
      });
    }
    owner_->waitFor("end");
  }
}

TEST_F(ConversionChainTest, ManyShareOneDecoderAndOneEncoderForEachFormat) {
  make(kVp8);
  std::vector<std::unique_ptr<Screen>> screens;
  for (int i = 0; i < 5; ++i)
    for (const auto& format : {kH264, kVp9})
      screens.push_back(std::make_unique<Screen>(*chain_, loop_, MediaKind::Video, format));
  owner_->waitFor("begin");
  send(redVideo(kVp8));
  for (const auto& screen : screens) screen->waitFor(kFrames / 2);
  const std::string text = dot();
  EXPECT_EQ(timesIn(text, "GstVP8Dec\\n"), 1);
  EXPECT_EQ(timesIn(text, "GstOpenh264Enc\\n") + timesIn(text, "GstX264Enc\\n"), 1);
  EXPECT_EQ(timesIn(text, "GstVP9Enc\\n"), 1);
}

TEST_F(ConversionChainTest, GoesOnWhenTheSourceChangesItsCodec) {
  make(kVp8);
  Screen screen(*chain_, loop_, MediaKind::Video, kH264);
  owner_->waitFor("begin");
  send(redVideo(kVp8));
  screen.waitFor(kFrames);
  loop_.runAndWait([&] { source_->codec = kVp9; });
  send(redVideo(kVp9));
  screen.waitFor(2 * kFrames - 2);
  loop_.runAndWait([&] {
    EXPECT_EQ(screen.frames.front().stream, screen.frames.back().stream) << "to sinks it is one";
    expectRed(kH264, screen.frames);
  });
}

TEST_F(ConversionChainTest, AFilterStandsBetweenDecoderAndEncoders) {
  make(kVp8, ElementFilter{.command = "videobalance saturation=1.0", .properties = {}});
  chain_->setProperty({.name = "hue", .value = "-1.0"});
  Screen screen(*chain_, loop_, MediaKind::Video, kH264);
  owner_->waitFor("begin");
  send(redVideo(kVp8));
  screen.waitFor(kFrames);
  loop_.runAndWait([&] {
    const auto pixels = decoded(kH264, screen.frames, "videoconvert ! video/x-raw,format=RGB");
    ASSERT_GT(pixels.size(), 160u * 120 * 3);
    EXPECT_LT(pixels[(60 * 160 + 80) * 3], 60) << "red has become its opposite";
  });
}

TEST_F(ConversionChainTest, NothingIsLeftAfterTheLastSink) {
  startGStreamer();
  make(kVp8);
  for (int i = 1; i <= 3; ++i) {
    {
      Screen screen(*chain_, loop_, MediaKind::Video, kH264);
      owner_->waitFor("begin", i);
      send(redVideo(kVp8));
      screen.waitFor(1);
    }
    owner_->waitFor("end", i);
    EXPECT_EQ(dot(), "");
  }
  end();
  while (threads_.running() > 0) std::this_thread::yield();
}

// Packets that look like key frames, and then are none.
TEST_F(ConversionChainTest, GarbageEndsAtMostTheChain) {
  make(kVp8);
  Screen screen(*chain_, loop_, MediaKind::Video, kH264);
  owner_->waitFor("begin");
  std::mt19937 random(7);
  Packets garbage = redVideo(kVp8);
  for (auto& packet : garbage)
    for (std::size_t i = 24; i < packet.size(); ++i)
      packet[i] = static_cast<std::uint8_t>(random());
  for (int i = 0; i < 20; ++i) send(garbage);
  send(redVideo(kVp8));
  while (owner_->count("error") == 0 && screen.count() == 0) std::this_thread::yield();
}

TEST_F(ConversionChainTest, RandomComingAndGoingLeavesNoDescriptor) {
  startGStreamer();
  loop_.runAndWait([this] { const Timer opens_the_descriptors_of_the_loop(loop_); });
  const auto descriptors = [] {
    std::vector<std::string> open;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code is_closed_meanwhile;
      open.push_back(std::filesystem::read_symlink(entry, is_closed_meanwhile));
    }
    std::ranges::sort(open);
    return open;
  };
  const Packets packets = redVideo(kVp8);
  std::mt19937 random(11);
  std::vector<std::string> before;
  for (int round = 0; round < 2; ++round) {
    make(kVp8);
    std::vector<std::unique_ptr<Screen>> screens;
    for (int i = 0; i < 500; ++i) {
      if (screens.size() < 6 && random() % 2)
        screens.push_back(std::make_unique<Screen>(*chain_, loop_, MediaKind::Video,
                                                   random() % 2 ? kH264 : kVp8));
      else if (!screens.empty())
        screens.erase(screens.begin() + static_cast<std::ptrdiff_t>(random() % screens.size()));
      send({packets[random() % packets.size()]});
      if (!screens.empty() && random() % 4 == 0) screens.front()->producer->requestKeyFrame();
    }
    screens.clear();
    end();
    while (threads_.running() > 0) std::this_thread::yield();
    if (round == 0) before = descriptors();
  }
  EXPECT_LE(descriptors().size(), before.size())
      << testing::PrintToString(descriptors()) << " instead of " << testing::PrintToString(before);
}

}  // namespace
}  // namespace ms::frame
