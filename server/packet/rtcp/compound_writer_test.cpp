#include "server/packet/rtcp/compound_writer.h"

#include <gtest/gtest.h>

#include <array>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/source_description.h"

namespace ms::rtcp {
namespace {

TEST(CompoundWriter, JoinsPacketsToOneValidDatagram) {
  std::array<std::uint8_t, 1500> buffer;
  CompoundWriter out(buffer);
  EXPECT_TRUE(out.empty());
  ASSERT_TRUE(writeReceiverReport(out, Ssrc(1), {}));
  ASSERT_TRUE(writeSourceDescription(out, Ssrc(1), "user"));

  const auto compound = CompoundView::parse(out.datagram());

  ASSERT_TRUE(compound);
  EXPECT_TRUE(compound->isFull());
  EXPECT_EQ(out.datagram().size(), 8u + 16u);
}

TEST(CompoundWriter, RefusesWholeWhatDoesNotFit) {
  std::array<std::uint8_t, 1500> buffer;
  CompoundWriter out(buffer, 20);
  ASSERT_TRUE(writeReceiverReport(out, Ssrc(1), {}));
  EXPECT_EQ(out.room(), 12u);
  EXPECT_FALSE(writeSourceDescription(out, Ssrc(1), "a long name"));
  EXPECT_EQ(out.datagram().size(), 8u);
  EXPECT_TRUE(CompoundView::parse(out.datagram()));
}

TEST(CompoundWriter, StaysBelowTheMtuOfALargeBuffer) {
  std::array<std::uint8_t, 4000> buffer;
  CompoundWriter out(buffer);
  while (writeReceiverReport(out, Ssrc(1), {})) {
  }
  EXPECT_EQ(out.datagram().size(), CompoundWriter::kDefaultMtu);
}

TEST(CompoundWriter, BeginsAnewAfterClear) {
  std::array<std::uint8_t, 100> buffer;
  CompoundWriter out(buffer);
  writeReceiverReport(out, Ssrc(1), {});
  out.clear();
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(out.room(), 100u);
}

}  // namespace
}  // namespace ms::rtcp
