#include "server/packet/rtcp/source_description.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

std::vector<SourceDescriptionView::Chunk> chunksOf(const SourceDescriptionView& view) {
  std::vector<SourceDescriptionView::Chunk> chunks;
  view.forEach([&](const auto& chunk) { chunks.push_back(chunk); });
  return chunks;
}

TEST(SourceDescription, ReadsTheNameItWroteWhateverItsLength) {
  for (std::size_t length = 0; length <= 255; ++length) {
    const std::string cname(length, 'x');
    TestMessage message;
    ASSERT_TRUE(writeSourceDescription(message.out(), Ssrc(9), cname));
    ASSERT_EQ(message.bytes().size() % 4, 0u);

    const auto view = SourceDescriptionView::parse(message.packet());

    ASSERT_TRUE(view) << length;
    const auto chunks = chunksOf(*view);
    ASSERT_EQ(chunks.size(), 1u);
    EXPECT_EQ(chunks[0].ssrc, Ssrc(9));
    EXPECT_EQ(chunks[0].cname, cname);
  }
}

TEST(SourceDescription, RefusesANameThatIsTooLong) {
  TestMessage message;
  EXPECT_FALSE(writeSourceDescription(message.out(), Ssrc(9), std::string(256, 'x')));
  EXPECT_TRUE(message.bytes().empty());
}

TEST(SourceDescription, FindsTheNameAmongOtherItemsOfSeveralChunks) {
  const std::uint8_t bytes[] = {0x83, 202, 0, 7,  // Three chunks.
                                0,    0,   0, 1, 2, 1, 'N', 1,
                                1,    'c', 0, 0,                 // NAME, CNAME "c", end.
                                0,    0,   0, 2, 0, 0, 0,   0,   // Nothing.
                                0,    0,   0, 3, 1, 1, 'd', 0};  // CNAME "d".
  const auto view = SourceDescriptionView::parse(*PacketView::parse(bytes));

  ASSERT_TRUE(view);
  ASSERT_EQ(view->size(), 3u);
  const auto chunks = chunksOf(*view);
  EXPECT_EQ(chunks[0].cname, "c");
  EXPECT_EQ(chunks[1].ssrc, Ssrc(2));
  EXPECT_FALSE(chunks[1].cname);
  EXPECT_EQ(chunks[2].cname, "d");
}

TEST(SourceDescription, AcceptsNoChunks) {
  const std::uint8_t bytes[] = {0x80, 202, 0, 0};
  EXPECT_EQ(SourceDescriptionView::parse(*PacketView::parse(bytes))->size(), 0u);
}

TEST(SourceDescription, RefusesItemsThatRunOverTheEnd) {
  const std::uint8_t too_long[] = {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 3, 'a', 'b'};
  const std::uint8_t no_end[] = {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 'a', 'b'};
  const std::uint8_t no_length[] = {0x81, 202, 0, 2, 0, 0, 0, 1, 1, 1, 'a', 2};
  const std::uint8_t no_chunk[] = {0x81, 202, 0, 0};
  for (const Bytes bytes : {Bytes(too_long), Bytes(no_end), Bytes(no_length), Bytes(no_chunk)})
    EXPECT_EQ(SourceDescriptionView::parse(*PacketView::parse(bytes)).error(), Drop::TooShort);
}

}  // namespace
}  // namespace ms::rtcp
