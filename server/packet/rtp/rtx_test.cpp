#include "server/packet/rtp/rtx.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/test_packet.h"

namespace ms::rtp {
namespace {

constexpr RtxStream kRtx = {.ssrc = Ssrc(0x2222), .payload_type = PayloadType(97)};
constexpr RtxStream kOriginal = {.ssrc = Ssrc(0x1111), .payload_type = PayloadType(96)};

TEST(Rtx, WrapsTheOriginalSequenceNumberBeforeThePayload) {
  const auto packet =
      TestPacket{.sequence_number = 0x0102, .timestamp = 7, .marker = true, .payload = {0xaa}}
          .bytes();
  std::vector<std::uint8_t> out(100);

  const auto bytes = wrapRtx(*RtpView::parse(packet), kRtx, SequenceNumber(5), out);

  ASSERT_EQ(bytes, 15u);
  const auto view = RtpView::parse(Bytes(out).first(*bytes));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->ssrc(), kRtx.ssrc);
  EXPECT_EQ(view->payloadType(), kRtx.payload_type);
  EXPECT_EQ(view->sequenceNumber(), SequenceNumber(5));
  EXPECT_EQ(view->timestamp(), RtpTimestamp(7));
  EXPECT_TRUE(view->marker());
  EXPECT_EQ(std::vector<std::uint8_t>(view->payload().begin(), view->payload().end()),
            (std::vector<std::uint8_t>{0x01, 0x02, 0xaa}));
}

TEST(Rtx, UnwrapsToExactlyTheOriginal) {
  const auto packet = TestPacket{.sequence_number = 65535, .marker = true}.bytes();
  std::vector<std::uint8_t> wrapped(100), out(100);
  wrapped.resize(*wrapRtx(*RtpView::parse(packet), kRtx, SequenceNumber(5), wrapped));

  const auto bytes = unwrapRtx(*RtpView::parse(wrapped), kOriginal, out);

  ASSERT_TRUE(bytes);
  out.resize(*bytes);
  EXPECT_EQ(out, packet);
}

TEST(Rtx, HasNothingToUnwrapInPadding) {
  // P; the payload is 4 bytes of padding.
  const std::uint8_t padding[] = {0xa0, 0x61, 0, 1, 0, 0, 0, 0, 0, 0, 0x22, 0x22, 0, 0, 0, 4};
  const auto number_only = TestPacket{.payload = {0x01, 0x02}}.bytes();
  std::vector<std::uint8_t> out(100);

  EXPECT_EQ(unwrapRtx(*RtpView::parse(padding), kOriginal, out).error(), Drop::EmptyPayload);
  EXPECT_EQ(unwrapRtx(*RtpView::parse(number_only), kOriginal, out).error(), Drop::EmptyPayload);
}

TEST(Rtx, RefusesBuffersThatAreTooSmall) {
  const auto packet = TestPacket{.payload = {1, 2, 3}}.bytes();
  std::vector<std::uint8_t> out(16);
  EXPECT_EQ(wrapRtx(*RtpView::parse(packet), kRtx, SequenceNumber(5), out).error(), Drop::TooLong);
  out.resize(12);
  EXPECT_EQ(unwrapRtx(*RtpView::parse(packet), kOriginal, out).error(), Drop::TooLong);
}

}  // namespace
}  // namespace ms::rtp
