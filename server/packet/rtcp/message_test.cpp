#include "server/packet/rtcp/message.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "server/packet/rtcp/test_message.h"

namespace ms::rtcp {
namespace {

template <class View>
bool isA(const TestMessage& message) {
  const auto parsed = parseMessage(message.packet());
  return parsed && std::holds_alternative<View>(*parsed);
}

template <class View>
bool isWhatIsWrittenBy(const std::function<void(CompoundWriter&)>& write) {
  TestMessage message;
  write(message.out());
  return isA<View>(message);
}

TEST(Message, KnowsEachTypeItWrites) {
  const rtp::SequenceNumber number(1);
  EXPECT_TRUE(isWhatIsWrittenBy<SenderReportView>(
      [](auto& out) { writeSenderReport(out, Ssrc(1), {}, {}); }));
  EXPECT_TRUE(isWhatIsWrittenBy<ReceiverReportView>(
      [](auto& out) { writeReceiverReport(out, Ssrc(1), {}); }));
  EXPECT_TRUE(isWhatIsWrittenBy<SourceDescriptionView>(
      [](auto& out) { writeSourceDescription(out, Ssrc(1), "c"); }));
  EXPECT_TRUE(isWhatIsWrittenBy<ByeView>([](auto& out) { writeBye(out, {}, "r"); }));
  EXPECT_TRUE(isWhatIsWrittenBy<NackView>(
      [&](auto& out) { writeNack(out, Ssrc(1), Ssrc(2), {&number, 1}); }));
  EXPECT_TRUE(isWhatIsWrittenBy<PliView>([](auto& out) { writePli(out, Ssrc(1), Ssrc(2)); }));
  EXPECT_TRUE(isWhatIsWrittenBy<FirView>([](auto& out) { writeFir(out, Ssrc(1), {}); }));
  EXPECT_TRUE(
      isWhatIsWrittenBy<RembView>([](auto& out) { writeRemb(out, Ssrc(1), Bitrate(1), {}); }));
}

TEST(Message, SkipsWhatItDoesNotKnow) {
  const std::vector<std::uint8_t> packets[] = {
      {0x80, 204, 0, 2, 0, 0, 0, 1, 'a', 'b', 'c', 'd'},  // APP
      {0x80, 207, 0, 1, 0, 0, 0, 1},                      // XR
      {0x83, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2},          // TMMBR
      {0x82, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2},          // SLI
      {0x80, 192, 0, 0},                                  // Old FIR (RFC 2032)
  };
  for (const auto& packet : packets) {
    const auto message = parseMessage(*PacketView::parse(packet));
    ASSERT_TRUE(message);
    EXPECT_TRUE(std::holds_alternative<UnknownView>(*message)) << int{packet[1]};
  }
}

TEST(Message, TellsWhatIsWrongWithAKnownType) {
  const std::uint8_t pli[] = {0x81, 206, 0, 0};
  EXPECT_EQ(parseMessage(*PacketView::parse(pli)).error(), Drop::TooShort);
}

TEST(RtcpDrop, HasANameForEachReason) {
  for (int i = 0; i < static_cast<int>(Drop::Count); ++i) EXPECT_NE(dropName(Drop(i)), "Unknown");
}

}  // namespace
}  // namespace ms::rtcp
