#include "server/frame/encoded_source.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using rtp::at;

struct Wishes {
  int begun = 0;
  int ended = 0;
  int key_frames = 0;
  std::vector<Bitrate> bitrates;
};

class RecordingProducer final : public FrameProducer {
 public:
  explicit RecordingProducer(Wishes& wishes) : wishes_(wishes) {}
  void onFirstSink() override { ++wishes_.begun; }
  void onNoSink() override { ++wishes_.ended; }
  void requestKeyFrame() override { ++wishes_.key_frames; }
  void setBitrate(Bitrate bitrate) override { wishes_.bitrates.push_back(bitrate); }

 private:
  Wishes& wishes_;
};

class RecordingSink final : public peer::MediaSink {
 public:
  struct Seen {
    rtp::Ssrc ssrc;
    std::uint16_t sequence_number;
    std::uint32_t timestamp;
  };
  rtp::MediaKind kind() const override { return rtp::MediaKind::Video; }
  bool takes(const peer::CodecFormat&) const override { return true; }
  void onSourceAttached(peer::MediaSource&, Timestamp) override { is_attached = true; }
  void onSourceDetached(peer::MediaSource&) override { is_attached = false; }
  void onPacket(const peer::SourcePacket& packet, Timestamp) override {
    seen.push_back({packet.view.ssrc(), *packet.view.sequenceNumber(), *packet.view.timestamp()});
  }
  void onBurstEnd() override { told = seen.size(); }
  void onSourceClock(peer::MediaSource&, const rtcp::ClockMapping& mapping) override {
    mappings.push_back(mapping);
  }

  bool is_attached = false;
  std::vector<Seen> seen;
  std::size_t told = 0;  // Of them, those after which a burst has ended.
  std::vector<rtcp::ClockMapping> mappings;
};

class EncodedSourceTest : public testing::Test {
 protected:
  EncodedSourceTest() {
    run([this] {
      source_ = std::make_unique<EncodedSource>(
          EncodedSource::Surroundings{loop_, pool_, random_, rtp::NtpClock({}, at(0s))},
          rtp::MediaKind::Video, inlet_, std::make_unique<RecordingProducer>(wishes_));
    });
  }
  ~EncodedSourceTest() override {
    run([this] { source_.reset(); });
  }

  void run(const std::function<void()>& work) {
    loop_.runAndWait([&] { work(); });
  }
  void push(std::uint32_t stream, Duration due, std::uint32_t timestamp, int packets = 1) {
    RtpFrame frame{.stream = stream,
                   .format = {.codec = rtp::Codec::Vp8},
                   .due = at(due),
                   .starts_key_frame = false,
                   .packets = {}};
    for (int i = 0; i < packets; ++i)
      frame.packets.push_back(rtp::TestPacket{.timestamp = timestamp}.bytes());
    inlet_->push(std::make_shared<const RtpFrame>(std::move(frame)));
    run([] {});
  }

  Loop loop_{"test"};
  rtp::PacketPool pool_;
  SystemRandom random_;
  Wishes wishes_;
  const std::shared_ptr<FrameInlet> inlet_ =
      std::make_shared<FrameInlet>(loop_, rtp::MediaKind::Video);
  std::unique_ptr<EncodedSource> source_;
  RecordingSink sink_;
};

TEST_F(EncodedSourceTest, NumbersPacketsAndPlacesThemOnTheClock) {
  run([&] { source_->addSink(sink_, at(0s)); });
  push(1, 10s, 777, 2);
  push(1, 10s + 40ms, 777 + 3600);
  ASSERT_EQ(sink_.seen.size(), 3u);
  EXPECT_EQ(sink_.seen[0].timestamp, *RtpTimeline::at(at(10s), 90000));
  EXPECT_EQ(sink_.seen[1].timestamp, sink_.seen[0].timestamp);
  EXPECT_EQ(sink_.seen[2].timestamp, sink_.seen[0].timestamp + 3600);
  EXPECT_EQ(sink_.seen[1].sequence_number, sink_.seen[0].sequence_number + 1);
  EXPECT_EQ(sink_.seen[2].sequence_number, sink_.seen[0].sequence_number + 2);
}

// A relay to another loop rings its bell then.
TEST_F(EncodedSourceTest, EndsABurstWithItsPackets) {
  run([&] { source_->addSink(sink_, at(0s)); });
  push(1, 10s, 777, 3);
  EXPECT_EQ(sink_.told, 3u);
}

TEST_F(EncodedSourceTest, TellsWhereTimestampsAreOnTheClock) {
  run([&] { source_->addSink(sink_, at(0s)); });
  push(1, 10s, 0);
  ASSERT_EQ(sink_.mappings.size(), 1u);
  EXPECT_EQ(sink_.mappings[0].source, sink_.seen[0].ssrc);
  EXPECT_EQ(*sink_.mappings[0].rtp, sink_.seen[0].timestamp);
  EXPECT_EQ(sink_.mappings[0].ntp - rtp::NtpTime(), Duration(10s));
  RecordingSink late;
  run([&] {
    source_->addSink(late, at(11s));
    EXPECT_EQ(late.mappings.size(), 1u);
    source_->removeSink(late);
  });
}

TEST_F(EncodedSourceTest, AnotherEncodingIsAnotherStream) {
  run([&] { source_->addSink(sink_, at(0s)); });
  push(1, 10s, 0);
  push(2, 11s, 0);
  ASSERT_EQ(sink_.seen.size(), 2u);
  EXPECT_NE(sink_.seen[0].ssrc, sink_.seen[1].ssrc);
}

TEST_F(EncodedSourceTest, TellsWhetherAnybodyListens) {
  RecordingSink other;
  run([&] {
    source_->addSink(sink_, at(0s));
    source_->addSink(other, at(0s));
    EXPECT_EQ(wishes_.begun, 1);
    source_->removeSink(sink_);
    EXPECT_EQ(wishes_.ended, 0);
    source_->removeSink(other);
    EXPECT_EQ(wishes_.ended, 1);
  });
}

TEST_F(EncodedSourceTest, ManyWishesForAKeyFrameAreOne) {
  run([&] {
    source_->addSink(sink_, Loop::now());
    const Timestamp now = Loop::now();
    for (int i = 0; i < 5; ++i) source_->requestKeyFrame(0, now);
    EXPECT_EQ(wishes_.key_frames, 1);
  });
}

TEST_F(EncodedSourceTest, GivesWhatTheBestReceiverCanTake) {
  RecordingSink other;
  run([&] {
    source_->addSink(sink_, at(0s));
    source_->addSink(other, at(0s));
    source_->setReceiverEstimate(sink_, Bitrate(400'000), at(1s));
    source_->setReceiverEstimate(other, Bitrate(900'000), at(2s));
    source_->setReceiverEstimate(sink_, Bitrate(300'000), at(3s));
    source_->removeSink(other);
    source_->setReceiverEstimate(sink_, Bitrate(300'000), at(4s));
  });
  EXPECT_EQ(wishes_.bitrates, (std::vector{Bitrate(400'000), Bitrate(900'000), Bitrate(300'000)}));
}

TEST_F(EncodedSourceTest, LetsItsSinksGoWhenItEnds) {
  run([&] {
    source_->addSink(sink_, at(0s));
    source_.reset();
    EXPECT_FALSE(sink_.is_attached);
  });
}

TEST(RtpTimeline, KeepsTheStepsOfThePayloaderToTheTick) {
  RtpTimeline timeline;
  const auto first = timeline.place(rtp::RtpTimestamp(100), 48000, at(1s));
  // Due a little later than its samples say.
  const auto second = timeline.place(rtp::RtpTimestamp(1060), 48000, at(1s + 21ms));
  EXPECT_EQ(*second - *first, 960u);
}

TEST(RtpTimeline, FollowsTheClockAfterAPause) {
  RtpTimeline timeline;
  const auto first = timeline.place(rtp::RtpTimestamp(100), 48000, at(1s));
  const auto second = timeline.place(rtp::RtpTimestamp(1060), 48000, at(3s));
  EXPECT_EQ(*second - *first, 2u * 48000);
}

TEST(RtpTimeline, PassesTheWrapOfTimestamps) {
  RtpTimeline timeline;
  const auto first = timeline.place(rtp::RtpTimestamp(0xffffffff), 90000, at(1s));
  const auto second = timeline.place(rtp::RtpTimestamp(89), 90000, at(1s + 1ms));
  EXPECT_EQ(*second - *first, 90u);
}

}  // namespace
}  // namespace ms::frame
