#include "server/packet/rtp/rtp_writer.h"

#include <gtest/gtest.h>

#include <vector>

#include "server/packet/rtp/rtx.h"

namespace ms::rtp {
namespace {

using Payload = std::vector<std::uint8_t>;

OutgoingHeader someHeader() {
  return {.ssrc = Ssrc(0x01020304),
          .timestamp = RtpTimestamp(0x0a0b0c0d),
          .sequence_number = SequenceNumber(0x1122),
          .payload_type = PayloadType(101),
          .marker = true,
          .picture_ids = std::nullopt,
          .abs_send_time = std::nullopt};
}

// CC=1 (CSRC 7), X with two words of somebody's extensions, payload 55 66, padding 2.
const Payload kIncoming = {0xb1, 0x60, 0,    9, 0, 0,    0,    8,    0, 0,    0,
                           1,    0,    0,    0, 7, 0xbe, 0xde, 0,    2, 0x10, 0xaa,
                           0x31, 0xbb, 0xcc, 0, 0, 0,    0x55, 0x66, 0, 2};

TEST(RtpWriter, WritesTheHeaderKeepsCsrcsAndLeavesOutForeignExtensionsAndPadding) {
  Payload out(100);
  const auto bytes = writeForwarded(*RtpView::parse(kIncoming), someHeader(), out);

  ASSERT_TRUE(bytes);
  out.resize(*bytes);
  EXPECT_EQ(out, (Payload{0x81, 0xe5, 0x11, 0x22, 0x0a, 0x0b, 0x0c, 0x0d, 0x01, 0x02, 0x03, 0x04, 0,
                          0, 0, 7, 0x55, 0x66}));
}

TEST(RtpWriter, PutsAbsSendTimeUnderTheSinksId) {
  OutgoingHeader header = someHeader();
  header.abs_send_time = {.id = ExtensionId(3), .time = AbsSendTime(0xabcdef)};
  Payload out(100);

  const auto bytes = writeForwarded(*RtpView::parse(kIncoming), header, out);

  ASSERT_TRUE(bytes);
  const auto view = RtpView::parse(Bytes(out).first(*bytes));
  ASSERT_TRUE(view);
  ASSERT_TRUE(view->extension(ExtensionId(3)));
  EXPECT_EQ(loadBe24(*view->extension(ExtensionId(3)), 0), 0xabcdefu);
  EXPECT_FALSE(view->extension(ExtensionId(1)));
  EXPECT_EQ(view->payload().size(), 2u);
}

TEST(RtpWriter, PutsTheTransportWideNumberBesideIt) {
  OutgoingHeader header = someHeader();
  header.abs_send_time = {.id = ExtensionId(3), .time = AbsSendTime(0xabcdef)};
  header.transport_sequence = {.id = ExtensionId(5), .number = SequenceNumber(0x1234)};
  Payload out(100, 0xff);

  const auto bytes = writeForwarded(*RtpView::parse(kIncoming), header, out);

  ASSERT_TRUE(bytes);
  // Profile, two words: id 3 with three bytes, id 5 with two, one byte of padding.
  EXPECT_EQ(Payload(out.begin() + 16, out.begin() + 28),
            (Payload{0xbe, 0xde, 0, 2, 0x32, 0xab, 0xcd, 0xef, 0x51, 0x12, 0x34, 0}));
  const auto view = RtpView::parse(Bytes(out).first(*bytes));
  ASSERT_TRUE(view && view->extension(ExtensionId(5)));
  EXPECT_EQ(loadBe16(*view->extension(ExtensionId(5)), 0), 0x1234);
  EXPECT_EQ(view->payload().size(), 2u);
}

TEST(RtpWriter, WrapsARetransmissionThatUnwrapsToThePacketSentFirst) {
  const auto incoming = RtpView::parse(kIncoming);
  Payload first(100), again(100), unwrapped(100);
  const auto first_bytes = writeForwarded(*incoming, someHeader(), first);
  OutgoingHeader header = someHeader();
  header.ssrc = Ssrc(9);
  header.payload_type = PayloadType(97);
  header.sequence_number = SequenceNumber(77);

  const auto bytes = writeRetransmission(*incoming, header, SequenceNumber(0x1122), again);

  ASSERT_TRUE(bytes);
  const auto view = RtpView::parse(Bytes(again).first(*bytes));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->ssrc(), Ssrc(9));
  EXPECT_EQ(view->sequenceNumber(), SequenceNumber(77));
  const auto restored =
      unwrapRtx(*view, {.ssrc = Ssrc(0x01020304), .payload_type = PayloadType(101)}, unwrapped);
  ASSERT_TRUE(restored);
  first.resize(*first_bytes);
  unwrapped.resize(*restored);
  EXPECT_EQ(unwrapped, first);
}

TEST(RtpWriter, WritesPaddingThatCarriesNothing) {
  Payload out(300, 0xff);
  const auto bytes = writePadding(someHeader(), 255, out);
  ASSERT_TRUE(bytes);
  const auto view = RtpView::parse(Bytes(out).first(*bytes));
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->payload().empty());
  EXPECT_EQ(view->paddingBytes(), 255u);
  EXPECT_EQ(writePadding(someHeader(), 255, MutableBytes(out).first(200)).error(), Drop::TooLong);
}

TEST(RtpWriter, LeavesOutAnExtensionIdThatTheOneByteFormCannotSay) {
  OutgoingHeader header = someHeader();
  header.abs_send_time = {.id = ExtensionId(15), .time = AbsSendTime(1)};
  Payload out(100);

  EXPECT_EQ(writeRtp(header, Payload{1}, out), 13u);
}

TEST(RtpWriter, PatchesPictureIdsOfTheCopyOnly) {
  const Payload payload = {0x90, 0xc0, 0x80, 0x01, 0x02, 0x00};
  OutgoingHeader header = someHeader();
  header.picture_ids = PictureIds{.width = PictureIdWidth::FifteenBits,
                                  .picture_id_at = 2,
                                  .tl0_pic_idx_at = 4,
                                  .tl0_pic_idx = 0x77,
                                  .picture_id = 0x1234};
  Payload out(100);

  const auto bytes = writeRtp(header, payload, out);

  ASSERT_EQ(bytes, 18u);
  EXPECT_EQ(Payload(out.begin() + 12, out.begin() + 18),
            (Payload{0x90, 0xc0, 0x92, 0x34, 0x77, 0x00}));
}

TEST(RtpWriter, RefusesABufferThatIsTooSmallByOneByte) {
  Payload out(18);
  EXPECT_TRUE(writeForwarded(*RtpView::parse(kIncoming), someHeader(), out));
  out.resize(17);
  EXPECT_EQ(writeForwarded(*RtpView::parse(kIncoming), someHeader(), out).error(), Drop::TooLong);
}

}  // namespace
}  // namespace ms::rtp
