#include "server/frame/track_sink.h"

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include <vector>

#include "server/frame/gstreamer.h"
#include "server/frame/test_source.h"
#include "server/packet/peer/codec_format.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;

// So far ahead that no timer of the sink comes in between.
Timestamp at(Duration since_start) {
  static const Timestamp begin = Loop::now() + 1h;
  return begin + since_start;
}

const peer::CodecFormat kVp8{.codec = rtp::Codec::Vp8};
const peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
const peer::CodecFormat kOpus{.codec = rtp::Codec::Opus, .clock_rate = 48000, .channels = 2};
const peer::CodecFormat kRed{.codec = rtp::Codec::Red, .clock_rate = 48000, .channels = 2};

// What came through a feed.
struct Written {
  int number = 0;
  int time_ms = 0;
  std::vector<std::uint8_t> payload;
};

// An appsrc and what is behind it.
class Outcome {
 public:
  Outcome() {
    startGStreamer();
    pipeline_.reset(GST_ELEMENT(gst_object_ref_sink(
        gst_parse_launch("appsrc name=in format=time ! appsink name=out sync=false", nullptr))));
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    in.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "in"));
    out_.reset(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "out"));
  }
  ~Outcome() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  // Until the end of the stream.
  std::vector<Written> all() {
    std::vector<Written> written;
    while (const GstPtr<GstSample> sample{gst_app_sink_pull_sample(GST_APP_SINK(out_.get()))}) {
      GstBuffer* const buffer = gst_sample_get_buffer(sample.get());
      std::vector<std::uint8_t> bytes(gst_buffer_get_size(buffer));
      gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
      const auto view = rtp::RtpView::parse(bytes);
      const Bytes payload = view->payload();
      written.push_back({.number = *view->sequenceNumber(),
                         .time_ms = static_cast<int>(GST_BUFFER_PTS(buffer) / GST_MSECOND),
                         .payload = {payload.begin(), payload.end()}});
    }
    return written;
  }

  GstPtr<GstElement> in;

 private:
  GstPtr<GstElement> pipeline_, out_;
};

class TrackSinkTest : public testing::Test {
 protected:
  ~TrackSinkTest() override {
    run([this] { sink_.reset(); });
  }

  void run(const std::function<void()>& work) {
    loop_.runAndWait([&] { work(); });
  }
  void make(const TrackSink::Settings& settings, TestSource& source) {
    run([&] {
      sink_ = std::make_unique<TrackSink>(
          loop_, rtp::NtpClock({}, at(0s)), settings, feed_,
          TrackSink::Told{.on_format = [this](const auto& format) { formats_.push_back(format); },
                          .on_packet = [this] { ++flow_; }});
      sink_->setSource(&source, at(0s));
      sink_->start(at(0s));
    });
  }
  void sendVideo(std::uint16_t number, Duration when, bool is_key_frame, std::uint8_t layer = 0) {
    const rtp::TestPacket packet{
        .sequence_number = number,
        .timestamp = static_cast<std::uint32_t>(when.count() * 9 / 100),
        .ssrc = 7u + layer,
        .payload = {0x10, static_cast<std::uint8_t>(is_key_frame ? 0 : 1), layer}};
    run([&] { video_.send(packet.bytes(), at(when), layer); });
  }
  void sendAudio(std::uint16_t number, Duration when, std::vector<std::uint8_t> payload = {1}) {
    const rtp::TestPacket packet{.sequence_number = number,
                                 .timestamp = static_cast<std::uint32_t>(when.count() * 48 / 1000),
                                 .ssrc = 5,
                                 .payload = std::move(payload)};
    run([&] { audio_.send(packet.bytes(), at(when)); });
  }
  std::vector<Written> end(Outcome& outcome) {
    run([this] { sink_->end(at(10s), [this] { has_ended_ = true; }); });
    auto written = outcome.all();
    run([this] { EXPECT_TRUE(has_ended_); });
    return written;
  }
  static std::vector<int> times(const std::vector<Written>& written) {
    std::vector<int> times;
    for (const Written& one : written) times.push_back(one.time_ms);
    return times;
  }

  Loop loop_{"test"};
  const std::shared_ptr<TrackFeed> feed_ =
      std::make_shared<TrackFeed>(std::make_shared<TrackOrigin>());
  TestSource video_{rtp::MediaKind::Video, kVp8};
  TestSource audio_{rtp::MediaKind::Audio, kOpus};
  std::vector<peer::CodecFormat> formats_;
  int flow_ = 0;
  bool has_ended_ = false;
  std::unique_ptr<TrackSink> sink_;
};

using Times = std::vector<int>;

TEST_F(TrackSinkTest, WritesWhatWaitsWhenItGoes) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(10, 1000ms);
  sendAudio(12, 1040ms);  // The one between may still be sent again.
  run([this] { sink_.reset(); });
  feed_->end();
  EXPECT_EQ(times(outcome.all()), (Times{0, 40}));
}

TEST_F(TrackSinkTest, VideoBeginsWithAKeyFrame) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(outcome.in.get(), kVp8);
  sendVideo(10, 1000ms, false);
  EXPECT_TRUE(formats_.empty()) << "nothing that can be decoded";
  sendVideo(11, 1040ms, true);
  sendVideo(12, 1080ms, false);
  EXPECT_EQ(formats_, std::vector{kVp8});
  EXPECT_EQ(flow_, 3);
  EXPECT_GE(video_.key_frame_requests, 1);
  EXPECT_EQ(times(end(outcome)), (Times{0, 40}));
}

TEST_F(TrackSinkTest, WhatComesBeforeTheFeedIsOpenIsKept) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  sendVideo(11, 1000ms, true);
  sendVideo(12, 1040ms, false);
  run([this] { sink_->end(at(10s), [this] { has_ended_ = true; }); });
  feed_->open(outcome.in.get(), kVp8);
  EXPECT_EQ(times(outcome.all()), (Times{0, 40}));
}

TEST_F(TrackSinkTest, AfterALossGoesOnWithAKeyFrame) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(outcome.in.get(), kVp8);
  sendVideo(10, 1000ms, true);
  sendVideo(12, 1080ms, false);
  sendVideo(13, 1400ms, false);
  EXPECT_EQ(video_.key_frame_requests, 1) << "11 may still come";
  sendVideo(14, 1540ms, false);
  EXPECT_EQ(video_.key_frame_requests, 2);
  sendVideo(15, 1580ms, true);
  sendVideo(16, 1620ms, false);
  const auto written = end(outcome);
  ASSERT_EQ(times(written), (Times{0, 580, 620}));
  EXPECT_GT(written[1].number, written[0].number + 1) << "the depayloader sees the loss";
  EXPECT_EQ(written[2].number, written[1].number + 1);
}

TEST_F(TrackSinkTest, WhatWaitsWhenTheSourceChangesIsWritten) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(10, 1000ms);
  sendAudio(12, 1040ms);  // 11 may still come.

  TestSource other(rtp::MediaKind::Audio, kOpus);
  run([&] { sink_->setSource(&other, at(1050ms)); });

  EXPECT_EQ(times(end(outcome)), (Times{0, 40}));
}

TEST_F(TrackSinkTest, PaddingIsNoLoss) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(outcome.in.get(), kVp8);
  sendVideo(10, 1000ms, true);
  const rtp::TestPacket padding{
      .sequence_number = 11, .timestamp = 90'000, .ssrc = 7, .payload = {}};
  run([&] { video_.send(padding.bytes(), at(1010ms)); });
  sendVideo(12, 1040ms, false);
  const auto written = end(outcome);
  ASSERT_EQ(times(written), (Times{0, 40}));
  EXPECT_EQ(written[1].number, written[0].number + 1);
}

TEST_F(TrackSinkTest, WhatNoDepayloaderUnpacksIsALoss) {
  constexpr peer::CodecFormat kH264{.codec = rtp::Codec::H264, .h264_packetization_mode = 1};
  constexpr std::uint8_t kSps = 0x67, kSlice = 0x61, kMtap16 = 0x7a;
  Outcome outcome;
  TestSource source(rtp::MediaKind::Video, kH264);
  make({.kind = rtp::MediaKind::Video, .max_wait = 0ms}, source);
  feed_->open(outcome.in.get(), kH264);
  const auto sendNal = [&](std::uint16_t number, Duration when, std::uint8_t header) {
    const rtp::TestPacket packet{.sequence_number = number,
                                 .timestamp = static_cast<std::uint32_t>(when.count() * 9 / 100),
                                 .ssrc = 7,
                                 .payload = {header, 1, 2, 3}};
    run([&] { source.send(packet.bytes(), at(when)); });
  };
  sendNal(10, 1000ms, kSps);
  sendNal(11, 1040ms, kMtap16);
  sendNal(12, 1080ms, kSlice);
  sendNal(13, 1120ms, kSps);
  EXPECT_EQ(times(end(outcome)), (Times{0, 120}));
}

TEST_F(TrackSinkTest, AudioGoesOnAfterALossAndKeepsTheGap) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio, .max_wait = 0ms}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(1, 1000ms);
  sendAudio(2, 1020ms);
  sendAudio(5, 1080ms);
  EXPECT_EQ(times(end(outcome)), (Times{0, 20, 80}));
}

TEST_F(TrackSinkTest, GapsOfAudioMayBeClosed) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio, .max_wait = 0ms, .closes_gaps = true}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(1, 1000ms);
  sendAudio(2, 1020ms);
  sendAudio(5, 1080ms);
  sendAudio(6, 1100ms);
  sendAudio(7, 1300ms);  // Silence, and no loss.
  EXPECT_EQ(times(end(outcome)), (Times{0, 20, 40, 60, 260}));
}

TEST_F(TrackSinkTest, ClosesGapsThatFollowEachOther) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio, .max_wait = 0ms, .closes_gaps = true}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(1, 1000ms);
  sendAudio(2, 1020ms);
  sendAudio(4, 1060ms);
  sendAudio(6, 1100ms);
  sendAudio(9, 1160ms);
  sendAudio(10, 1180ms);
  EXPECT_EQ(times(end(outcome)), (Times{0, 20, 40, 60, 80, 100}));
}

TEST_F(TrackSinkTest, TheTimeWhileItIsHaltedIsCutOut) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(1, 1000ms);
  sendAudio(2, 1020ms);
  run([this] { sink_->halt(at(1040ms)); });
  sendAudio(3, 1040ms);
  run([this] { sink_->start(at(3040ms)); });
  sendAudio(103, 3040ms);
  sendAudio(104, 3060ms);
  EXPECT_EQ(times(end(outcome)), (Times{0, 20, 40, 60}));
}

TEST_F(TrackSinkTest, SoundThatWasTakenWhileItWasHaltedIsLeftOut) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Audio}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  sendAudio(1, 1000ms);
  sendAudio(2, 1020ms);
  run([this] { sink_->halt(at(1025ms)); });
  run([this] { sink_->start(at(3025ms)); });
  sendAudio(103, 3020ms);
  sendAudio(104, 3040ms);
  EXPECT_EQ(times(end(outcome)), (Times{0, 20, 40}));
}

TEST_F(TrackSinkTest, APictureThatWasTakenWhileItWasHaltedStepsNotBack) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(outcome.in.get(), kVp8);
  sendVideo(1, 1000ms, true);
  sendVideo(2, 1040ms, false);
  run([this] { sink_->halt(at(1041ms)); });
  run([this] { sink_->start(at(3041ms)); });
  sendVideo(50, 3010ms, true);
  sendVideo(51, 3010ms, false);  // Of the same frame.
  sendVideo(52, 3080ms, false);
  EXPECT_EQ(times(end(outcome)), (Times{0, 40, 41, 41, 80}));
}

TEST_F(TrackSinkTest, AnotherFormatIsToldAndWaitsForItsFeed) {
  Outcome first, second;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(first.in.get(), kVp8);
  sendVideo(10, 1000ms, true);
  video_.codec = kH264;
  const rtp::TestPacket sps{
      .sequence_number = 11, .timestamp = 93600, .ssrc = 7, .payload = {0x67, 0x42}};
  run([&] { video_.send(sps.bytes(), at(1040ms)); });
  EXPECT_EQ(formats_, (std::vector{kVp8, kH264}));
  feed_->drain();
  EXPECT_EQ(times(first.all()), (Times{0}));
  feed_->open(second.in.get(), kH264);
  EXPECT_EQ(times(end(second)), (Times{40}));
}

TEST_F(TrackSinkTest, AfterAnInterruptionItGoesOnWithAKeyFrame) {
  Outcome first, second;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(first.in.get(), kVp8);
  sendVideo(10, 1000ms, true);
  feed_->close();
  feed_->interrupt();
  feed_->open(second.in.get(), kVp8);
  sendVideo(11, 1040ms, false);
  sendVideo(12, 1080ms, true);
  sendVideo(13, 1120ms, false);
  EXPECT_EQ(times(end(second)), (Times{80, 120}));
}

TEST_F(TrackSinkTest, WhatIsOpenedAfterTheEndEndsAtOnce) {
  Outcome first, second;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(first.in.get(), kVp8);
  sendVideo(10, 1000ms, true);
  EXPECT_EQ(times(end(first)), (Times{0}));
  feed_->open(second.in.get(), kVp8);
  EXPECT_EQ(times(second.all()), (Times{}));
}

TEST_F(TrackSinkTest, OfASimulcastItTakesTheLargestLayer) {
  Outcome outcome;
  make({.kind = rtp::MediaKind::Video}, video_);
  feed_->open(outcome.in.get(), kVp8);
  video_.layers_now = {.bitrates = {Bitrate(100'000), Bitrate(300'000)}, .count = 3};
  sendVideo(10, 1000ms, true, 0);
  EXPECT_EQ(video_.asked_layer, 1);
  sendVideo(20, 1020ms, true, 1);
  video_.layers_now.bitrates[2] = Bitrate(1'000'000);
  sendVideo(21, 2400ms, false, 1);
  EXPECT_EQ(video_.asked_layer, 2);
  sendVideo(30, 2410ms, false, 2);
  sendVideo(22, 2420ms, false, 1);
  sendVideo(31, 2430ms, true, 2);
  sendVideo(23, 2440ms, false, 1);
  sendVideo(32, 2460ms, false, 2);
  std::vector<int> layers;
  for (const Written& one : end(outcome)) layers.push_back(one.payload[2]);
  EXPECT_EQ(layers, (std::vector{1, 1, 1, 2, 2}));
}

TEST_F(TrackSinkTest, OfRedundantAudioItTakesThePrimaryBlocks) {
  Outcome outcome;
  audio_.codec = kRed;
  make({.kind = rtp::MediaKind::Audio}, audio_);
  feed_->open(outcome.in.get(), kOpus);
  // One redundant block of 2 bytes, 960 ticks older: F, 111; then the primary block.
  sendAudio(1, 1000ms, {0x80 | 111, 0x0f, 0x00, 0x02, 111, 0xaa, 0xbb, 0xcc, 0xdd});
  EXPECT_EQ(formats_, std::vector{kOpus});
  const auto written = end(outcome);
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].payload, (std::vector<std::uint8_t>{0xcc, 0xdd}));
}

TEST_F(TrackSinkTest, AFullFeedIsToldOnce) {
  startGStreamer();
  const GstPtr<GstElement> stopped(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("appsrc", nullptr))));
  int full = 0;
  feed_->open(stopped.get(), kVp8, [&] { ++full; });
  const std::vector<std::uint8_t> packet(1200);
  for (std::size_t n = 0; n < TrackFeed::kMaxBytes / packet.size(); ++n)
    ASSERT_TRUE(feed_->write(packet, at(1s)));
  EXPECT_FALSE(feed_->write(packet, at(1s)));
  EXPECT_FALSE(feed_->write(packet, at(1s)));
  EXPECT_EQ(full, 1);
}

}  // namespace
}  // namespace ms::frame
