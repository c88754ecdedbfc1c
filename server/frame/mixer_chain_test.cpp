#include "server/frame/mixer_chain.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>
#include <random>
#include <set>
#include <thread>

#include "server/frame/codec_table.h"
#include "server/frame/gstreamer.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;

const peer::CodecFormat kVp8{.codec = rtp::Codec::Vp8};
const peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
const peer::CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};
constexpr PictureSize kCanvas{320, 240};
constexpr auto kPatience = 30s;  // With sanitizers on a busy machine.

struct Colour {
  int red, green, blue;
};
constexpr Colour kRed{200, 30, 30}, kGreen{30, 170, 30}, kBlue{30, 30, 200}, kYellow{200, 190, 30},
    kBlack{0, 0, 0};

GstPtr<GstElement> launch(const std::string& description) {
  return GstPtr<GstElement>(
      GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(description.c_str(), nullptr))));
}

GstPtr<GstElement> part(const GstPtr<GstElement>& pipeline, const char* name) {
  return GstPtr<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
}

// A camera or microphone that writes RTP packets into a feed, as a TrackSink does.
class Publisher {
 public:
  Publisher(const std::string& description, std::shared_ptr<TrackFeed> feed)
      : feed_(std::move(feed)), pipeline_(launch(description + " ! appsink name=out sync=false")) {
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* sink, gpointer to) {
      const GstPtr<GstSample> sample(gst_app_sink_pull_sample(sink));
      GstMapInfo map;
      GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
      gst_buffer_map(buffer, &map, GST_MAP_READ);
      static_cast<TrackFeed*>(to)->write(Bytes(map.data, map.size), Loop::now());
      gst_buffer_unmap(buffer, &map);
      return GST_FLOW_OK;
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(part(pipeline_, "out").get()), &callbacks, feed_.get(),
                               nullptr);
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~Publisher() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  const std::shared_ptr<TrackFeed>& feed() const { return feed_; }

 private:
  const std::shared_ptr<TrackFeed> feed_;
  const GstPtr<GstElement> pipeline_;
};

std::string camera(Colour colour) {
  const unsigned argb = 0xff000000u | static_cast<unsigned>(colour.red) << 16 |
                        static_cast<unsigned>(colour.green) << 8 |
                        static_cast<unsigned>(colour.blue);
  return "videotestsrc is-live=true pattern=solid-color foreground-color=" + std::to_string(argb) +
         " ! video/x-raw,format=I420,width=160,height=120,framerate=15/1 ! vp8enc deadline=1 "
         "keyframe-max-dist=5 ! rtpvp8pay pt=96";
}

std::string microphone(int hz) {
  return "audiotestsrc is-live=true samplesperbuffer=960 volume=0.2 freq=" + std::to_string(hz) +
         " ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=96";
}

// A packet of random bytes, complete as a frame.
std::vector<std::uint8_t> noise(std::uint16_t number, std::mt19937& random) {
  std::vector<std::uint8_t> packet(200);
  std::ranges::generate(packet, [&] { return static_cast<std::uint8_t>(random()); });
  const std::array<std::uint8_t, 12> header{0x80,
                                            0x80 | 96,
                                            static_cast<std::uint8_t>(number >> 8),
                                            static_cast<std::uint8_t>(number),
                                            0,
                                            0,
                                            static_cast<std::uint8_t>(number >> 4),
                                            static_cast<std::uint8_t>(number << 4),
                                            0,
                                            0,
                                            0,
                                            1};
  std::ranges::copy(header, packet.begin());
  return packet;
}

// What a port gives, decoded: the last picture, or the last second of sound.
class Viewer {
 public:
  Viewer(Loop& loop, MixerChain& chain, PortNumber port, const peer::CodecFormat& format)
      : loop_(loop),
        kind_(format.codec == rtp::Codec::Opus ? MediaKind::Audio : MediaKind::Video),
        inlet_(std::make_shared<FrameInlet>(loop, kind_)),
        decoder_(launch("appsrc name=in format=time caps=\"" + rtpCapsOf(format) + "\" ! " +
                        depayloaderOf(format) + " ! " + decoderOf(format) + " ! " +
                        (kind_ == MediaKind::Audio
                             ? "audioconvert ! audio/x-raw,format=S16LE,rate=48000,channels=1"
                             : "videoconvert ! video/x-raw,format=RGB") +
                        " ! appsink name=out sync=false")) {
    gst_element_set_state(decoder_.get(), GST_STATE_PLAYING);
    producer_ = chain.makeProducer(port, inlet_, {format});
    loop_.runAndWait([&] {
      inlet_->open([this](const RtpFrame& frame) { onFrame(frame); });
      producer_->onFirstSink();
    });
  }
  ~Viewer() {
    loop_.runAndWait([&] {
      producer_->onNoSink();
      inlet_->close();
    });
    gst_element_set_state(decoder_.get(), GST_STATE_NULL);
  }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  std::set<std::uint32_t> streams() {
    std::set<std::uint32_t> copy;
    loop_.runAndWait([&] { copy = streams_; });
    return copy;
  }

  // Waits until the picture has these colours in these places (parts of its width and height).
  struct Place {
    double x, y;
    Colour colour;
  };
  bool sees(const std::vector<Place>& places) {
    return within([&] {
      const auto sample = pull();
      if (!sample) return false;
      const GstStructure* const structure =
          gst_caps_get_structure(gst_sample_get_caps(sample.get()), 0);
      gst_structure_get_int(structure, "width", &size_.width);
      gst_structure_get_int(structure, "height", &size_.height);
      GstMapInfo map;
      gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ);
      const auto stride = static_cast<std::size_t>((size_.width * 3 + 3) / 4 * 4);
      const bool all = std::ranges::all_of(places, [&](const Place& place) {
        const auto x = static_cast<std::size_t>(place.x * size_.width);
        const auto y = static_cast<std::size_t>(place.y * size_.height);
        const std::uint8_t* const at = map.data + y * stride + x * 3;
        return std::abs(at[0] - place.colour.red) < 40 &&
               std::abs(at[1] - place.colour.green) < 40 &&
               std::abs(at[2] - place.colour.blue) < 40;
      });
      gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
      return all;
    });
  }
  PictureSize size() const { return size_; }

  // Waits until half a second of sound has the tones of `heard` and none of `others`.
  bool hears(const std::vector<int>& heard, const std::vector<int>& others) {
    return within([&] {
      const auto sample = pull();
      if (!sample) return false;
      GstMapInfo map;
      gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ);
      const auto* const begin = reinterpret_cast<const std::int16_t*>(map.data);
      sound_.insert(sound_.end(), begin, begin + map.size / 2);
      gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
      if (sound_.size() < kSamples) return false;
      sound_.erase(sound_.begin(), sound_.end() - kSamples);
      return std::ranges::all_of(heard, [&](int hz) { return level(hz) > 0.05; }) &&
             std::ranges::all_of(others, [&](int hz) { return level(hz) < 0.005; });
    });
  }

 private:
  static constexpr std::ptrdiff_t kSamples = 24'000;

  void onFrame(const RtpFrame& frame) {
    streams_.insert(frame.stream);
    const GstPtr<GstElement> in = part(decoder_, "in");
    for (const auto& packet : frame.packets) {
      GstBuffer* const buffer = gst_buffer_new_memdup(packet.data(), packet.size());
      gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer);
    }
  }

  GstPtr<GstSample> pull() {
    return GstPtr<GstSample>(
        gst_app_sink_try_pull_sample(GST_APP_SINK(part(decoder_, "out").get()), GST_SECOND));
  }

  template <class Test>
  bool within(Test test) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end)
      if (test()) return true;
    return false;
  }

  // Amplitude of one tone, by Goertzel's algorithm; 1 is full scale.
  double level(int hz) const {
    const double step = 2 * std::cos(2 * std::numbers::pi * hz / 48'000);
    double one = 0, two = 0;
    for (const std::int16_t sample : sound_) two = std::exchange(one, sample + step * one - two);
    return 2 * std::sqrt(one * one + two * two - step * one * two) / kSamples / 32'768;
  }

  Loop& loop_;
  const MediaKind kind_;
  const std::shared_ptr<FrameInlet> inlet_;
  const GstPtr<GstElement> decoder_;
  std::unique_ptr<FrameProducer> producer_;
  std::set<std::uint32_t> streams_;
  PictureSize size_;
  std::vector<std::int16_t> sound_;
};

// What a mixer tells, waited for.
class Told final : public MixerObserver {
 public:
  void onWanted(MediaKind kind, const std::shared_ptr<TrackOrigin>& origin) override {
    note([&] {
      wanted_.insert(kind);
      origin_ = origin;
    });
  }
  void onUnwanted(MediaKind kind) override {
    note([&] { wanted_.erase(kind); });
  }
  void onInputError(const std::shared_ptr<TrackFeed>& feed, const MediaError&) override {
    note([&] { broken_ = feed; });
  }
  void onFlow(PortNumber port, MediaKind) override {
    note([&] { flowing_.insert(port); });
  }
  void onFlowEnd(PortNumber port, MediaKind) override {
    note([&] { flowing_.erase(port); });
  }
  void onError(const MediaError& error) override { ADD_FAILURE() << error.description; }

  std::shared_ptr<TrackOrigin> waitForWanted(MediaKind kind) {
    waitFor([&] { return wanted_.contains(kind); });
    return origin_;
  }
  bool waitForUnwanted(MediaKind kind) {
    return waitFor([&] { return !wanted_.contains(kind); });
  }
  bool waitForFlow(PortNumber port, bool flows) {
    return waitFor([&] { return flowing_.contains(port) == flows; });
  }
  bool isBroken() {
    const std::lock_guard lock(mutex_);
    return broken_ != nullptr;
  }
  void forgetBroken() {
    const std::lock_guard lock(mutex_);
    broken_ = nullptr;
  }
  std::shared_ptr<TrackFeed> waitForBroken() {
    waitFor([&] { return broken_ != nullptr; });
    return broken_;
  }

 private:
  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class Test>
  bool waitFor(Test test) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, test);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<MediaKind> wanted_;
  std::shared_ptr<TrackOrigin> origin_;
  std::shared_ptr<TrackFeed> broken_;
  std::set<PortNumber> flowing_;
};

class MixerChainTest : public testing::Test {
 protected:
  MixerChainTest() {
    startGStreamer();
    chain_ = std::make_unique<MixerChain>(
        loop_, threads_,
        MixerChain::Settings{
            .framerate = 15,
            .layout = [](const auto& pictures) { return gridOf(kCanvas, pictures); },
            .hearing = [](PortNumber listener, PortNumber source) { return listener != source; },
            .bitrates = {.initial = Bitrate(2'000'000)}},
        told_);
  }

  std::unique_ptr<Publisher> publish(std::uint32_t port, MediaKind kind,
                                     const std::string& description) {
    auto feed = std::make_shared<TrackFeed>(told_->waitForWanted(kind));
    const auto on_format = chain_->addInput(PortNumber(port), kind, feed);
    on_format(kind == MediaKind::Video ? kVp8 : kOpus);
    return std::make_unique<Publisher>(description, feed);
  }
  std::unique_ptr<Publisher> film(std::uint32_t port, Colour colour) {
    return publish(port, MediaKind::Video, camera(colour));
  }
  std::unique_ptr<Publisher> record(std::uint32_t port, int hz) {
    return publish(port, MediaKind::Audio, microphone(hz));
  }
  Viewer view(std::uint32_t port, const peer::CodecFormat& format) {
    return {loop_, *chain_, PortNumber(port), format};
  }

  Loop loop_{"home"};
  FrameThreads threads_;
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
  std::unique_ptr<MixerChain> chain_;
};

TEST_F(MixerChainTest, FourVideosFillTheFourCellsOfAGrid) {
  Viewer viewer = view(9, kVp8);
  const auto one = film(1, kRed), two = film(2, kGreen), three = film(3, kBlue),
             four = film(4, kYellow);
  EXPECT_TRUE(viewer.sees(
      {{0.25, 0.25, kRed}, {0.75, 0.25, kGreen}, {0.25, 0.75, kBlue}, {0.75, 0.75, kYellow}}));
  EXPECT_EQ(viewer.size(), kCanvas);
}

TEST_F(MixerChainTest, WhoWatchesBeforeAnybodyComesSeesABlackPicture) {
  Viewer viewer = view(9, kVp8);
  EXPECT_TRUE(viewer.sees({{0.25, 0.25, kBlack}, {0.75, 0.75, kBlack}}));
}

TEST_F(MixerChainTest, VideosComeAndGoWhileOthersStay) {
  Viewer viewer = view(9, kVp8);
  const auto one = film(1, kRed);
  EXPECT_TRUE(viewer.sees({{0.25, 0.5, kRed}, {0.75, 0.5, kRed}}));
  const auto two = film(2, kGreen);
  EXPECT_TRUE(viewer.sees({{0.25, 0.5, kRed}, {0.75, 0.5, kGreen}}));
  const auto three = film(3, kBlue);
  EXPECT_TRUE(viewer.sees(
      {{0.25, 0.25, kRed}, {0.75, 0.25, kGreen}, {0.25, 0.75, kBlue}, {0.75, 0.75, kBlack}}));
  chain_->removeInput(one->feed());
  EXPECT_TRUE(viewer.sees({{0.25, 0.5, kGreen}, {0.75, 0.5, kBlue}}));
}

TEST_F(MixerChainTest, AVideoThatStandsStillHoldsNobodyUp) {
  Viewer viewer = view(9, kVp8);
  auto one = film(1, kRed);
  EXPECT_TRUE(viewer.sees({{0.5, 0.5, kRed}}));
  one.reset();  // Its last picture stays.
  const auto two = film(2, kGreen);
  EXPECT_TRUE(viewer.sees({{0.25, 0.5, kRed}, {0.75, 0.5, kGreen}}));
}

TEST_F(MixerChainTest, EachPortHearsAllOthersButNotItself) {
  Viewer one = view(1, kOpus), two = view(2, kOpus), silent = view(3, kOpus);
  const auto low = record(1, 500), high = record(2, 1300);
  EXPECT_TRUE(one.hears({1300}, {500}));
  EXPECT_TRUE(two.hears({500}, {1300}));
  EXPECT_TRUE(silent.hears({500, 1300}, {}));
}

TEST_F(MixerChainTest, WhoLeavesIsNotHeardAnyMoreAndAllOthersGoOn) {
  Viewer viewer = view(9, kOpus);
  auto low = record(1, 500);
  const auto high = record(2, 1300);
  EXPECT_TRUE(viewer.hears({500, 1300}, {}));
  chain_->removeInput(low->feed());
  EXPECT_TRUE(viewer.hears({1300}, {500}));
  low = record(1, 800);
  EXPECT_TRUE(viewer.hears({800, 1300}, {500}));
}

TEST_F(MixerChainTest, AListenerThatLeavesDisturbsNobody) {
  auto one = std::make_unique<Viewer>(loop_, *chain_, PortNumber(8), kOpus);
  Viewer two = view(9, kOpus);
  const auto tone = record(1, 500);
  EXPECT_TRUE(one->hears({500}, {}));
  for (int n = 0; n < 5; ++n) {
    one = std::make_unique<Viewer>(loop_, *chain_, PortNumber(8), kOpus);
    EXPECT_TRUE(two.hears({500}, {}));
  }
  EXPECT_TRUE(one->hears({500}, {}));
}

TEST_F(MixerChainTest, WhoHearsWhomIsChangedWhileTheyTalk) {
  Viewer viewer = view(9, kOpus);
  const auto low = record(1, 500), high = record(2, 1300);
  EXPECT_TRUE(viewer.hears({500, 1300}, {}));
  chain_->setHearing([](PortNumber, PortNumber source) { return source == PortNumber(2); });
  EXPECT_TRUE(viewer.hears({1300}, {500}));
}

TEST_F(MixerChainTest, TheLayoutIsChangedWhileItIsShownAndSoIsTheSizeOfTheCanvas) {
  Viewer viewer = view(9, kVp8);
  const auto one = film(1, kRed), two = film(2, kGreen);
  EXPECT_TRUE(viewer.sees({{0.25, 0.5, kRed}, {0.75, 0.5, kGreen}}));
  constexpr PictureSize kSmall{160, 120};
  chain_->setLayout([=](const std::vector<Picture>&) {
    return Arrangement{.canvas = kSmall,
                       .cells = {{PortNumber(2), 0, 0, kSmall}, {PortNumber(1), 40, 30, {80, 60}}}};
  });
  EXPECT_TRUE(viewer.sees({{0.1, 0.1, kGreen}, {0.5, 0.5, kRed}, {0.9, 0.9, kGreen}}));
  EXPECT_EQ(viewer.size(), kSmall);
}

TEST_F(MixerChainTest, ViewersOfOneFormatShareAnEncoderAtWhateverPortTheyAre) {
  Viewer one = view(7, kVp8), two = view(8, kVp8), other = view(9, kH264);
  const auto film_of_one = film(1, kRed);
  for (Viewer* viewer : {&one, &two, &other}) EXPECT_TRUE(viewer->sees({{0.5, 0.5, kRed}}));
  EXPECT_EQ(one.streams(), two.streams());
  EXPECT_NE(one.streams(), other.streams());
}

TEST_F(MixerChainTest, InputsAreWantedWhileSomebodyWatchesAndNoLonger) {
  for (int n = 0; n < 3; ++n) {
    {
      Viewer viewer = view(9, kVp8);
      const auto one = film(1, kRed);
      EXPECT_TRUE(viewer.sees({{0.5, 0.5, kRed}}));
      EXPECT_TRUE(told_->waitForFlow(PortNumber(9), true));
    }
    EXPECT_TRUE(told_->waitForUnwanted(MediaKind::Video));
    EXPECT_TRUE(told_->waitForFlow(PortNumber(9), false));
  }
}

TEST_F(MixerChainTest, AnInputOfGarbageIsNotShownAndTheOthersGoOn) {
  Viewer viewer = view(9, kVp8);
  const auto good = film(1, kRed);
  const auto feed = std::make_shared<TrackFeed>(told_->waitForWanted(MediaKind::Video));
  chain_->addInput(PortNumber(2), MediaKind::Video, feed)(kH264);
  const Publisher garbage(camera(kGreen), feed);  // VP8 in H.264's clothes.
  EXPECT_TRUE(viewer.sees({{0.1, 0.5, kRed}, {0.9, 0.5, kRed}}));
}

TEST_F(MixerChainTest, AnInputThatFailsIsToldAndTheOthersGoOn) {
  constexpr peer::CodecFormat kOfNoDepayloader{.codec = rtp::Codec::Vp8, .clock_rate = 8000};
  Viewer viewer = view(9, kVp8);
  const auto good = film(1, kRed);
  const auto feed = std::make_shared<TrackFeed>(told_->waitForWanted(MediaKind::Video));
  chain_->addInput(PortNumber(2), MediaKind::Video, feed)(kOfNoDepayloader);
  const Publisher broken(camera(kGreen), feed);
  EXPECT_EQ(told_->waitForBroken(), feed);
  EXPECT_TRUE(viewer.sees({{0.1, 0.5, kRed}, {0.9, 0.5, kRed}}));
}

// The errors of an input come in twos: of who could not go on, and of who fed that.
TEST_F(MixerChainTest, NoiseAtOnePortIsNoFailureOfTheMixWhateverItIsCalled) {
  constexpr int kPackets = 300;
  std::mt19937 random(1);
  Viewer viewer = view(9, kVp8);
  const auto good = film(1, kRed);
  for (const peer::CodecFormat& format : decodableFormats(MediaKind::Video)) {
    const auto feed = std::make_shared<TrackFeed>(told_->waitForWanted(MediaKind::Video));
    chain_->addInput(PortNumber(2), MediaKind::Video, feed)(format);
    told_->forgetBroken();
    for (std::uint16_t n = 0; n < kPackets && !told_->isBroken(); ++n) {
      while (!feed->isOpenFor(format) && !told_->isBroken()) std::this_thread::yield();
      feed->write(noise(n, random), Loop::now());
    }
    EXPECT_TRUE(viewer.sees({{0.25, 0.5, kRed}}));
    chain_->removeInput(feed);
  }
  EXPECT_TRUE(viewer.sees({{0.5, 0.5, kRed}}));
  EXPECT_EQ(viewer.streams().size(), 1u) << "the mix has begun anew";
}

TEST_F(MixerChainTest, LeavesNoThreadBehind) {
  {
    Viewer viewer = view(8, kVp8), listener = view(9, kOpus);
    const auto one = film(1, kRed), two = record(2, 500);
    EXPECT_TRUE(viewer.sees({{0.5, 0.5, kRed}}));
    EXPECT_TRUE(listener.hears({500}, {}));
  }
  chain_.reset();
  while (threads_.running() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace ms::frame
