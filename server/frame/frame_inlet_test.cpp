#include "server/frame/frame_inlet.h"

#include <gtest/gtest.h>

#include <future>

namespace ms::frame {
namespace {

RtpFramePtr frameOf(std::size_t bytes, bool starts_key_frame = false) {
  RtpFrame frame;
  frame.starts_key_frame = starts_key_frame;
  frame.packets.emplace_back(bytes);
  return std::make_shared<const RtpFrame>(std::move(frame));
}

class FrameInletTest : public testing::Test {
 protected:
  // Keeps the loop from reading while `work` runs.
  void whileTheLoopIsBusy(const std::function<void()>& work) {
    std::promise<void> begun, end;
    loop_.post([&] {
      begun.set_value();
      end.get_future().wait();
    });
    begun.get_future().wait();
    work();
    end.set_value();
    loop_.runAndWait([] {});
  }
  void open(const std::shared_ptr<FrameInlet>& inlet) {
    loop_.runAndWait([&] {
      inlet->open(
          [this](const RtpFrame& frame) { sizes_.push_back(frame.packets.front().size()); });
    });
  }

  Loop loop_{"test"};
  std::vector<std::size_t> sizes_;
};

TEST_F(FrameInletTest, HandsFramesOverInTheirOrder) {
  const auto inlet = std::make_shared<FrameInlet>(loop_, rtp::MediaKind::Audio);
  open(inlet);
  for (std::size_t i = 1; i <= 5; ++i) inlet->push(frameOf(i));
  loop_.runAndWait([] {});
  EXPECT_EQ(sizes_, (std::vector<std::size_t>{1, 2, 3, 4, 5}));
}

TEST_F(FrameInletTest, VideoThatWasLostGoesOnWithAKeyFrame) {
  const auto inlet = std::make_shared<FrameInlet>(loop_, rtp::MediaKind::Video);
  open(inlet);
  whileTheLoopIsBusy([&] {
    inlet->push(frameOf(FrameInlet::kMaxBytes, true));
    inlet->push(frameOf(1));
  });
  inlet->push(frameOf(2));
  loop_.runAndWait([] {});
  EXPECT_EQ(sizes_, (std::vector<std::size_t>{FrameInlet::kMaxBytes}));
  EXPECT_EQ(inlet->dropped(), 2u);

  inlet->push(frameOf(3, true));
  inlet->push(frameOf(4));
  loop_.runAndWait([] {});
  EXPECT_EQ(sizes_, (std::vector<std::size_t>{FrameInlet::kMaxBytes, 3, 4}));
}

TEST_F(FrameInletTest, AudioThatWasLostGoesOnAtOnce) {
  const auto inlet = std::make_shared<FrameInlet>(loop_, rtp::MediaKind::Audio);
  open(inlet);
  whileTheLoopIsBusy([&] {
    inlet->push(frameOf(FrameInlet::kMaxBytes));
    inlet->push(frameOf(1));
  });
  inlet->push(frameOf(2));
  loop_.runAndWait([] {});
  EXPECT_EQ(sizes_, (std::vector<std::size_t>{FrameInlet::kMaxBytes, 2}));
  EXPECT_EQ(inlet->dropped(), 1u);
}

TEST_F(FrameInletTest, TellsNothingAfterItsEnd) {
  const auto inlet = std::make_shared<FrameInlet>(loop_, rtp::MediaKind::Video);
  open(inlet);
  loop_.runAndWait([&] { inlet->close(); });
  inlet->push(frameOf(1, true));
  loop_.runAndWait([] {});
  EXPECT_TRUE(sizes_.empty());
}

}  // namespace
}  // namespace ms::frame
