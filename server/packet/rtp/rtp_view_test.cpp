#include "server/packet/rtp/rtp_view.h"

#include <gtest/gtest.h>

#include <vector>

namespace ms::rtp {
namespace {

std::vector<std::uint8_t> copyOf(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(RtpView, ReadsEveryFieldOfTheFixedHeaderAndThePayload) {
  // V=2, marker, PT 111, seq 4660, timestamp 960, SSRC 0xcafebabe, payload 78 9c.
  const std::uint8_t packet[] = {0x80, 0xef, 0x12, 0x34, 0x00, 0x00, 0x03,
                                 0xc0, 0xca, 0xfe, 0xba, 0xbe, 0x78, 0x9c};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  EXPECT_TRUE(view->marker());
  EXPECT_EQ(view->payloadType(), PayloadType(111));
  EXPECT_EQ(view->sequenceNumber(), SequenceNumber(4660));
  EXPECT_EQ(view->timestamp(), RtpTimestamp(960));
  EXPECT_EQ(view->ssrc(), Ssrc(0xcafebabe));
  EXPECT_EQ(view->csrcCount(), 0u);
  EXPECT_EQ(copyOf(view->payload()), (std::vector<std::uint8_t>{0x78, 0x9c}));
}

TEST(RtpView, TakesOffPadding) {
  // P set; payload 01, padding 00 00 03.
  const std::uint8_t packet[] = {0xa0, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x01, 0, 0, 3};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  EXPECT_EQ(copyOf(view->payload()), std::vector<std::uint8_t>{0x01});
  EXPECT_EQ(view->paddingBytes(), 3u);
}

TEST(RtpView, AcceptsAPacketOfPaddingOnly) {
  const std::uint8_t packet[] = {0xa0, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  EXPECT_TRUE(view->payload().empty());
}

TEST(RtpView, GivesTheContributingSources) {
  // CC=2: CSRCs 1 and 2.
  const std::uint8_t packet[] = {0x82, 0x60, 0, 1, 0, 0, 0, 0, 0, 0,   0,
                                 1,    0,    0, 0, 1, 0, 0, 0, 2, 0x55};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  EXPECT_EQ(view->csrcCount(), 2u);
  EXPECT_EQ(loadBe32(view->csrcs(), 4), 2u);
  EXPECT_EQ(copyOf(view->payload()), std::vector<std::uint8_t>{0x55});
}

// X; profile BEDE, 2 words: id 3 (3 bytes) 0a0b0c, padding, id 5 (1 byte) 7f, padding.
const std::vector<std::uint8_t> kOneByteExtensions = {
    0x90, 0x60, 0,    1,    0,    0,    0,    0,    0,    0,    0,    1,   0xbe,
    0xde, 0x00, 0x02, 0x32, 0x0a, 0x0b, 0x0c, 0x00, 0x50, 0x7f, 0x00, 0x99};

TEST(RtpView, FindsOneByteHeaderExtensions) {
  const auto view = RtpView::parse(kOneByteExtensions);

  ASSERT_TRUE(view);
  ASSERT_TRUE(view->extension(ExtensionId(3)));
  EXPECT_EQ(copyOf(*view->extension(ExtensionId(3))),
            (std::vector<std::uint8_t>{0x0a, 0x0b, 0x0c}));
  EXPECT_EQ(copyOf(*view->extension(ExtensionId(5))), std::vector<std::uint8_t>{0x7f});
  EXPECT_FALSE(view->extension(ExtensionId(4)));
  EXPECT_FALSE(view->extension(ExtensionId(0)));
  EXPECT_EQ(copyOf(view->payload()), std::vector<std::uint8_t>{0x99});
}

TEST(RtpView, FindsTwoByteHeaderExtensions) {
  // X; profile 1000, 2 words: id 20 length 0, id 3 length 3 0a0b0c, padding.
  const std::uint8_t packet[] = {0x90, 0x60, 0, 1, 0,  0, 0, 0, 0,    0,    0,    1,
                                 0x10, 0x00, 0, 2, 20, 0, 3, 3, 0x0a, 0x0b, 0x0c, 0};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  ASSERT_TRUE(view->extension(ExtensionId(20)));
  EXPECT_TRUE(view->extension(ExtensionId(20))->empty());
  EXPECT_EQ(view->extension(ExtensionId(3))->size(), 3u);
  EXPECT_FALSE(view->extension(ExtensionId(4)));
}

TEST(RtpView, StopsAtAnExtensionThatRunsOverTheBlock) {
  // One word: id 3, 16 bytes long; then id 5 is never reached.
  const std::uint8_t packet[] = {0x90, 0x60, 0,    1,    0, 0, 0,    0,    0,    0,
                                 0,    1,    0xbe, 0xde, 0, 1, 0x3f, 0x50, 0x01, 0};

  const auto view = RtpView::parse(packet);

  ASSERT_TRUE(view);
  EXPECT_FALSE(view->extension(ExtensionId(3)));
  EXPECT_FALSE(view->extension(ExtensionId(5)));
}

TEST(RtpView, StopsAtTheReservedIdFifteen) {
  const std::uint8_t packet[] = {0x90, 0x60, 0,    1,    0, 0, 0,    0,    0,    0,
                                 0,    1,    0xbe, 0xde, 0, 1, 0xf0, 0x01, 0x50, 0x01};

  EXPECT_FALSE(RtpView::parse(packet)->extension(ExtensionId(5)));
}

TEST(RtpView, IgnoresExtensionBlocksOfOtherProfiles) {
  const std::uint8_t packet[] = {0x90, 0x60, 0,    1,    0, 0, 0,    0,    0, 0,
                                 0,    1,    0xab, 0xcd, 0, 1, 0x30, 0x01, 0, 0};

  EXPECT_FALSE(RtpView::parse(packet)->extension(ExtensionId(3)));
}

TEST(RtpView, RefusesEveryPrefixThatCutsTheHeader) {
  for (std::size_t bytes = 0; bytes < kOneByteExtensions.size() - 1; ++bytes) {
    const auto view = RtpView::parse(Bytes(kOneByteExtensions).first(bytes));
    ASSERT_FALSE(view) << bytes;
    EXPECT_EQ(view.error(), Drop::TooShort) << bytes;
  }
}

TEST(RtpView, RefusesOtherVersions) {
  std::vector<std::uint8_t> packet(12);
  for (const std::uint8_t first : {0x00, 0x40, 0xc0}) {
    packet[0] = first;
    EXPECT_EQ(RtpView::parse(packet).error(), Drop::BadVersion);
  }
}

TEST(RtpView, RefusesPaddingLongerThanThePayload) {
  const std::uint8_t packet[] = {0xa0, 0x6f, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};

  EXPECT_EQ(RtpView::parse(packet).error(), Drop::BadPadding);
}

TEST(RtpView, RefusesPaddingOfNoBytes) {
  const std::uint8_t packet[] = {0xa0, 0x6f, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x00};

  EXPECT_EQ(RtpView::parse(packet).error(), Drop::BadPadding);
}

}  // namespace
}  // namespace ms::rtp
