#include "server/frame/player_chain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <optional>

#include "server/base/uuid.h"
#include "server/frame/test_player.h"

namespace ms::frame {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

class PlayerChainTest : public testing::Test {
 protected:
  std::unique_ptr<PlayerChain> makeChain(const std::string& uri,
                                         MediaForm form = MediaForm::Encoded) {
    PlayerSettings settings;
    settings.uri = uri;
    settings.form = form;
    return std::make_unique<PlayerChain>(loop_, threads_, settings, told_);
  }
  template <class Value, class Ask>
  Value ask(Ask question) {
    std::promise<Value> promise;
    question([&](const Value& value) { promise.set_value(value); });
    return promise.get_future().get();
  }
  bool seek(PlayerChain& chain, milliseconds position) {
    return ask<bool>([&](auto done) { chain.seek(position, std::move(done)); });
  }
  VideoInfo videoInfo(PlayerChain& chain) {
    return ask<VideoInfo>([&](auto done) { chain.videoInfo(std::move(done)); });
  }
  milliseconds position(PlayerChain& chain) {
    return ask<milliseconds>([&](auto done) { chain.position(std::move(done)); });
  }
  static std::filesystem::path makeFifo() {
    auto path = film().folder() / ("fifo-" + makeUuid());
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }

  Loop loop_{"test"};
  FrameThreads threads_;  // Ends before the loop that chains post to.
  const std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

TEST_F(PlayerChainTest, PlaysAFileAsItCameToItsEnd) {
  const auto chain = makeChain(film().uri());
  Screen video(*chain, loop_, rtp::MediaKind::Video, kVp8);
  Screen audio(*chain, loop_, rtp::MediaKind::Audio, kOpus);
  chain->play();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] {
    EXPECT_EQ(told_->count("video as it came"), 1);
    EXPECT_EQ(told_->count("audio as it came"), 1);
    EXPECT_EQ(told_->count("video flows"), 1);
    ASSERT_EQ(video.frames.size(), 20u);
    EXPECT_TRUE(video.frames.front().starts_key_frame);
    EXPECT_NEAR(static_cast<double>(audio.frames.size()), 50, 2);
    // One second, at the pace of the clock.
    const Duration span = video.frames.back().due - video.frames.front().due;
    EXPECT_NEAR(static_cast<double>(span.count()), 950'000, 2'000);
    EXPECT_LT(std::chrono::abs(audio.frames.front().due - video.frames.front().due), 40ms);
  });
}

TEST_F(PlayerChainTest, EncodesForWhoeverTakesNothingElse) {
  const auto chain = makeChain(film().uri());
  Screen video(*chain, loop_, rtp::MediaKind::Video, kH264);
  Screen audio(*chain, loop_, rtp::MediaKind::Audio, kPcmu);
  chain->play();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] {
    EXPECT_EQ(told_->count("video is transcoded"), 1);
    EXPECT_EQ(told_->count("audio is transcoded"), 1);
    EXPECT_GE(video.frames.size(), 15u);
    ASSERT_FALSE(video.frames.empty());
    EXPECT_EQ(video.frames.front().format, kH264);
    EXPECT_TRUE(video.frames.front().starts_key_frame);
    EXPECT_GE(audio.frames.size(), 40u);
  });
}

TEST_F(PlayerChainTest, RawMediaGivesKeyFramesWhenAskedFor) {
  const auto chain = makeChain(film().uri(), MediaForm::Raw);
  Screen video(*chain, loop_, rtp::MediaKind::Video, kVp8);
  chain->play();
  ASSERT_TRUE(told_->waitFor("video flows"));
  video.producer->requestKeyFrame();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] {
    const auto key_frames = std::ranges::count_if(video.frames, &RtpFrame::starts_key_frame);
    EXPECT_EQ(key_frames, 2);
  });
}

TEST_F(PlayerChainTest, TellsDurationAndPositionAndJumps) {
  const auto chain = makeChain(film().uri());
  EXPECT_FALSE(seek(*chain, 100ms)) << "nothing plays";
  EXPECT_EQ(videoInfo(*chain), VideoInfo{});
  chain->pause();
  EXPECT_TRUE(seek(*chain, 500ms)) << "once it is open";
  const VideoInfo info = videoInfo(*chain);
  EXPECT_TRUE(info.is_seekable);
  EXPECT_NEAR(static_cast<double>(info.duration.count()), 1000, 50);
  EXPECT_EQ(info.seekable_begin, 0ms);
  EXPECT_EQ(info.seekable_end, info.duration);
  EXPECT_TRUE(seek(*chain, 1h)) << "beyond the end is the end";
  chain->play();
  ASSERT_TRUE(told_->waitFor("end"));
  EXPECT_EQ(position(*chain), 0ms);
}

TEST_F(PlayerChainTest, CanBePlayedAgain) {
  const auto chain = makeChain(film().uri());
  Screen video(*chain, loop_, rtp::MediaKind::Video, kVp8);
  chain->play();
  ASSERT_TRUE(told_->waitFor("end"));
  std::size_t before = 0;
  loop_.runAndWait([&] { before = video.frames.size(); });
  chain->play();
  while (told_->count("end") < 2) std::this_thread::yield();
  loop_.runAndWait([&] {
    EXPECT_EQ(video.frames.size(), 2 * before);
    EXPECT_NE(video.frames.front().stream, video.frames.back().stream);
  });
}

TEST_F(PlayerChainTest, WhatAStoppedRunTellsIsNotHeard) {
  const auto chain = makeChain(film().uri());
  for (int i = 0; i < 20; ++i) {
    chain->play();
    chain->stop();
  }
  chain->play();
  ASSERT_TRUE(told_->waitFor("end"));
  EXPECT_EQ(told_->count("end"), 1);
}

TEST_F(PlayerChainTest, TellsWhatCannotBePlayed) {
  std::ofstream(film().folder() / "text.webm") << std::string(10'000, 'x');
  // Cut off in the middle of the header.
  std::filesystem::copy_file(film().path(), film().folder() / "cut.webm",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(film().folder() / "cut.webm", 60);
  for (const auto& [name, type] :
       {std::pair("missing.webm", "INVALID_URI"), std::pair("text.webm", "INVALID_MEDIA"),
        std::pair("cut.webm", "INVALID_MEDIA")}) {
    const auto before = told_->count(type);
    const auto chain = makeChain("file://" + (film().folder() / name).string());
    chain->play();
    ASSERT_TRUE(told_->waitFor(type)) << name;
    while (told_->count(type) == before) std::this_thread::yield();
    EXPECT_EQ(told_->count(type), before + 1) << name;
  }
}

TEST_F(PlayerChainTest, ReachesNoDescriptorOfTheProcess) {
  const int descriptor = ::open(film().path().c_str(), O_RDONLY | O_CLOEXEC);
  const auto chain = makeChain("fd://" + std::to_string(descriptor));
  chain->play();
  EXPECT_TRUE(told_->waitFor("INVALID_URI"));
  close(descriptor);
}

TEST_F(PlayerChainTest, PlaysWhatIsWrittenToAFifo) {
  const auto fifo = makeFifo();
  const auto chain = makeChain("file://" + fifo.string());
  Screen video(*chain, loop_, rtp::MediaKind::Video, kVp8);
  chain->play();
  std::ofstream(fifo) << std::ifstream(film().path()).rdbuf();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] { EXPECT_EQ(video.frames.size(), 20u); });
}

TEST_F(PlayerChainTest, LeavesAFifoThatNobodyWritesTo) {
  const auto fifo = makeFifo();
  for (const bool is_heard : {false, true}) {
    auto chain = makeChain("file://" + fifo.string());
    chain->play();
    position(*chain);  // It has been opened.
    std::optional<std::ofstream> writer;
    if (is_heard) writer.emplace(fifo) << "a beginning" << std::flush;
    chain.reset();
    while (threads_.running() > 0) std::this_thread::yield();
  }
}

TEST_F(PlayerChainTest, ScreensComeAndGoWhileItPlays) {
  const auto chain = makeChain(film().uri(), MediaForm::Raw);
  chain->play();
  for (int i = 0; i < 10; ++i) {
    Screen vp8(*chain, loop_, rtp::MediaKind::Video, kVp8);
    Screen h264(*chain, loop_, rtp::MediaKind::Video, kH264);
    position(*chain);  // Both are in place.
    vp8.producer->onNoSink();
    h264.producer->onNoSink();
    loop_.runAndWait([&] {
      vp8.inlet->close();
      h264.inlet->close();
    });
  }
  ASSERT_TRUE(told_->waitFor("end"));
}

TEST_F(PlayerChainTest, LeavesNoThreadBehind) {
  for (int i = 0; i < 3; ++i) {
    const auto chain = makeChain(film().uri());
    Screen video(*chain, loop_, rtp::MediaKind::Video, kH264);
    chain->play();
    ASSERT_TRUE(told_->waitFor("video flows"));
    loop_.runAndWait([&] { video.inlet->close(); });
  }
  while (threads_.running() > 0) std::this_thread::yield();
}

TEST_F(PlayerChainTest, LeavesOutPicturesBeyondTheFrameRate) {
  PlayerSettings settings;
  settings.uri = film().uri();
  settings.bitrates.max_frame_rate = {.numerator = 5, .denominator = 1};
  PlayerChain chain(loop_, threads_, settings, told_);
  Screen video(chain, loop_, rtp::MediaKind::Video, kVp8);
  chain.play();
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] { EXPECT_NEAR(static_cast<double>(video.frames.size()), 5, 1); });
}

TEST_F(PlayerChainTest, MakesEncodersAnewForAnotherFrameRate) {
  const auto chain = makeChain(film().uri(), MediaForm::Raw);
  Screen video(*chain, loop_, rtp::MediaKind::Video, kVp8);
  chain->play();
  ASSERT_TRUE(told_->waitFor("video flows"));
  EncoderBitrates bitrates;
  bitrates.max_frame_rate = {.numerator = 5, .denominator = 1};
  chain->setBitrates(bitrates);
  ASSERT_TRUE(told_->waitFor("end"));
  loop_.runAndWait([&] {
    ASSERT_FALSE(video.frames.empty());
    EXPECT_NE(video.frames.front().stream, video.frames.back().stream);
  });
}

}  // namespace
}  // namespace ms::frame
