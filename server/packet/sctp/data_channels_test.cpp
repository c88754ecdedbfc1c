#include "server/packet/sctp/data_channels.h"

#include <gmock/gmock.h>

#include <string>

namespace ms::sctp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t kStreams = 1024;
constexpr std::size_t kMaxMessage = 1000;

Bytes bytesOf(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// An association that notes what it is given, and can be full.
struct FakeCarrier final : MessageCarrier {
  std::expected<void, Drop> send(const OutgoingMessage& message) override {
    if (is_full) return std::unexpected(Drop::BufferFull);
    sent.push_back(message);
    bytes.emplace_back(message.bytes.begin(), message.bytes.end());
    return {};
  }
  void resetStreams(std::span<const StreamId> streams) override {
    for (const StreamId stream : streams) resets.push_back(*stream);
  }
  bool is_full = false;
  std::vector<OutgoingMessage> sent;  // Their bytes are in `bytes`.
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<int> resets;
};

struct Notes final : DataChannelsObserver {
  void onChannelOpened(StreamId channel) override { opened.push_back(*channel); }
  void onChannelClosed(StreamId channel) override { closed.push_back(*channel); }
  void onChannelMessage(StreamId, const DataMessage& message) override {
    messages.emplace_back(message.bytes.begin(), message.bytes.end());
  }
  std::vector<int> opened, closed;
  std::vector<std::string> messages;
};

class DataChannelsTest : public testing::Test {
 protected:
  DataChannelsTest() { channels_.onConnected(kStreams); }

  void receive(int stream, PayloadProtocol protocol, Bytes bytes) {
    channels_.onMessage(StreamId(static_cast<std::uint16_t>(stream)),
                        static_cast<std::uint32_t>(protocol), bytes);
  }
  void peerOpens(int stream, const ChannelParameters& parameters = {}) {
    receive(stream, PayloadProtocol::Dcep, writeOpen(parameters));
  }
  void peerResets(int stream) {
    const StreamId streams[] = {StreamId(static_cast<std::uint16_t>(stream))};
    channels_.onIncomingReset(streams);
  }
  void ourResetIsDone(int stream) {
    const StreamId streams[] = {StreamId(static_cast<std::uint16_t>(stream))};
    channels_.onOutgoingReset(streams);
  }

  FakeCarrier carrier_;
  Notes notes_;
  DataChannels channels_{Role::Client, kMaxMessage, carrier_, notes_};
};

TEST_F(DataChannelsTest, AnOpenIsAcknowledgedInOrderAndReliably) {
  peerOpens(1, {.ordered = false, .reliability = {Reliability::Policy::MaxRetransmits, 0}});

  EXPECT_THAT(notes_.opened, ElementsAre(1));
  ASSERT_EQ(carrier_.sent.size(), 1u);
  EXPECT_EQ(carrier_.sent[0].protocol, PayloadProtocol::Dcep);
  EXPECT_TRUE(carrier_.sent[0].ordered);
  EXPECT_EQ(carrier_.sent[0].reliability, Reliability{});
  EXPECT_THAT(carrier_.bytes[0], ElementsAre(2));
}

TEST_F(DataChannelsTest, AnOwnChannelIsOpenOnceItIsAcknowledged) {
  EXPECT_EQ(channels_.open({}), StreamId(0));
  EXPECT_THAT(notes_.opened, IsEmpty());
  EXPECT_EQ(channels_.send(StreamId(0), DataKind::Text, bytesOf("x")).error(), Drop::UnknownStream);
  receive(0, PayloadProtocol::Dcep, kAckMessage);
  receive(0, PayloadProtocol::Dcep, kAckMessage);

  EXPECT_THAT(notes_.opened, ElementsAre(0));
}

TEST_F(DataChannelsTest, AMessageOfThePeerAcknowledgesToo) {
  ASSERT_TRUE(channels_.open({}));
  receive(0, PayloadProtocol::Text, bytesOf("hello"));

  EXPECT_THAT(notes_.opened, ElementsAre(0));
  EXPECT_THAT(notes_.messages, ElementsAre("hello"));
}

TEST_F(DataChannelsTest, MessagesAreCarriedAsTheChannelWasAskedFor) {
  const Reliability lifetime{Reliability::Policy::MaxLifetime, 250};
  peerOpens(1, {.ordered = false, .reliability = lifetime});
  ASSERT_TRUE(channels_.send(StreamId(1), DataKind::Binary, bytesOf("x")));

  EXPECT_FALSE(carrier_.sent.back().ordered);
  EXPECT_EQ(carrier_.sent.back().reliability, lifetime);
  EXPECT_EQ(carrier_.sent.back().protocol, PayloadProtocol::Binary);
}

TEST_F(DataChannelsTest, AnEmptyMessageIsOneByteWithAProtocolOfItsOwn) {
  peerOpens(1);
  ASSERT_TRUE(channels_.send(StreamId(1), DataKind::Text, {}));
  EXPECT_EQ(carrier_.sent.back().protocol, PayloadProtocol::EmptyText);
  EXPECT_EQ(carrier_.bytes.back().size(), 1u);
  ASSERT_TRUE(channels_.send(StreamId(1), DataKind::Binary, {}));
  EXPECT_EQ(carrier_.sent.back().protocol, PayloadProtocol::EmptyBinary);
}

TEST_F(DataChannelsTest, WhatFitsNoChannelIsRefusedAndCounted) {
  peerOpens(2);  // Our numbers.
  EXPECT_THAT(carrier_.resets, ElementsAre(2));
  peerOpens(1);
  peerOpens(1);
  receive(2, PayloadProtocol::Text, bytesOf("x"));
  receive(3, PayloadProtocol::Dcep, kAckMessage);
  receive(1, static_cast<PayloadProtocol>(54), bytesOf("part"));
  receive(5, PayloadProtocol::Dcep, bytesOf("\x09"));
  receive(5, PayloadProtocol::Dcep, bytesOf("\x03"));

  EXPECT_THAT(notes_.opened, ElementsAre(1));
  EXPECT_THAT(notes_.messages, IsEmpty());
  const DropCounters& drops = channels_.drops();
  EXPECT_EQ(drops.of(Drop::WrongParity), 1u);
  EXPECT_EQ(drops.of(Drop::StreamInUse), 1u);
  EXPECT_EQ(drops.of(Drop::UnknownStream), 2u);
  EXPECT_EQ(drops.of(Drop::UnknownProtocol), 1u);
  EXPECT_EQ(drops.of(Drop::UnknownType), 1u);
  EXPECT_EQ(drops.of(Drop::TooShort), 1u);
}

TEST_F(DataChannelsTest, AMessageOnAStreamWithoutAChannelMakesOneOfEitherParity) {
  for (const int stream : {6, 7}) {
    receive(stream, PayloadProtocol::Text, bytesOf("hello"));
    ASSERT_TRUE(channels_.send(StreamId(static_cast<std::uint16_t>(stream)), DataKind::Text,
                               bytesOf("hello yourself")));
  }

  EXPECT_THAT(notes_.opened, ElementsAre(6, 7));
  EXPECT_THAT(notes_.messages, ElementsAre("hello", "hello"));
  ASSERT_EQ(carrier_.sent.size(), 2u);  // Without a word of DCEP.
  EXPECT_EQ(carrier_.sent[0].protocol, PayloadProtocol::Text);
  EXPECT_TRUE(carrier_.sent[0].ordered);
  peerResets(6);
  ourResetIsDone(6);
  EXPECT_THAT(notes_.closed, ElementsAre(6));
}

TEST_F(DataChannelsTest, AnOpenThatComesAfterTheFirstMessageDescribesItsChannel) {
  receive(1, PayloadProtocol::Text, bytesOf("quick"));
  peerOpens(1, {.label = "chat", .ordered = false});
  peerOpens(1);

  EXPECT_THAT(notes_.opened, ElementsAre(1));
  EXPECT_EQ(channels_.labelOf(StreamId(1)), "chat");
  EXPECT_EQ(carrier_.sent.size(), 1u);  // The ACK.
  EXPECT_EQ(channels_.drops().of(Drop::StreamInUse), 1u);
}

TEST_F(DataChannelsTest, MessagesMakeNoMoreChannelsThanOpensDo) {
  const int count = static_cast<int>(DataChannels::kMaxChannels);
  for (int stream = 0; stream <= count; ++stream)
    receive(stream, PayloadProtocol::Text, bytesOf("x"));
  receive(kStreams, PayloadProtocol::Text, bytesOf("x"));

  EXPECT_EQ(notes_.opened.size(), DataChannels::kMaxChannels);
  EXPECT_EQ(channels_.drops().of(Drop::UnknownStream), 2u);
}

TEST_F(DataChannelsTest, ARefusedStreamIsFreeAgainWhenThePeerHasClosedIt) {
  peerOpens(2);
  receive(2, PayloadProtocol::Text, bytesOf("under way"));
  EXPECT_THAT(notes_.opened, IsEmpty());
  peerResets(2);
  receive(2, PayloadProtocol::Text, bytesOf("anew"));

  EXPECT_THAT(notes_.messages, ElementsAre("anew"));
}

TEST_F(DataChannelsTest, OneChannelTooManyIsRefusedByAReset) {
  for (std::size_t i = 0; i < DataChannels::kMaxChannels; ++i)
    peerOpens(static_cast<int>(2 * i + 1));
  EXPECT_THAT(carrier_.resets, IsEmpty());
  const int one_more = static_cast<int>(2 * DataChannels::kMaxChannels + 1);
  peerOpens(one_more);

  EXPECT_EQ(notes_.opened.size(), DataChannels::kMaxChannels);
  EXPECT_THAT(carrier_.resets, ElementsAre(one_more));
}

TEST_F(DataChannelsTest, AChannelIsGoneWhenBothHalvesAre) {
  peerOpens(1);
  ASSERT_TRUE(channels_.close(StreamId(1)));
  ASSERT_TRUE(channels_.close(StreamId(1)));
  EXPECT_THAT(carrier_.resets, ElementsAre(1));
  ourResetIsDone(1);
  EXPECT_THAT(notes_.closed, IsEmpty());
  peerResets(1);

  EXPECT_THAT(notes_.closed, ElementsAre(1));
  EXPECT_EQ(channels_.close(StreamId(1)).error(), Drop::UnknownStream);
}

TEST_F(DataChannelsTest, WhatThePeerClosesIsClosedByUsToo) {
  peerOpens(1);
  peerResets(1);
  EXPECT_THAT(carrier_.resets, ElementsAre(1));
  receive(1, PayloadProtocol::Text, bytesOf("after the end"));
  EXPECT_THAT(notes_.messages, IsEmpty());
  ourResetIsDone(1);

  EXPECT_THAT(notes_.closed, ElementsAre(1));
}

TEST_F(DataChannelsTest, ResetsOfUnknownStreamsMeanNothing) {
  peerResets(7);
  ourResetIsDone(7);

  EXPECT_THAT(notes_.closed, IsEmpty());
  EXPECT_THAT(carrier_.resets, IsEmpty());
}

TEST_F(DataChannelsTest, AnOwnChannelThatNeverOpenedIsNotToldAsClosed) {
  ASSERT_TRUE(channels_.open({}));
  channels_.onClosed();

  EXPECT_THAT(notes_.closed, IsEmpty());
}

TEST_F(DataChannelsTest, WhatFindsNoRoomWaitsInOrderUpToALimit) {
  peerOpens(1);
  const std::string message(kMaxMessage, 'x');
  carrier_.is_full = true;
  carrier_.bytes.clear();
  std::size_t queued = 0;
  while (channels_.send(StreamId(1), DataKind::Text, bytesOf(std::to_string(queued) + ':')))
    if (++queued == 3) break;
  while (channels_.send(StreamId(1), DataKind::Text, bytesOf(message))) ++queued;
  EXPECT_FALSE(channels_.hasRoom());
  EXPECT_LE(queued * kMaxMessage, DataChannels::kMaxQueuedBytes + 3 * kMaxMessage);
  ASSERT_TRUE(channels_.close(StreamId(1)));
  EXPECT_THAT(carrier_.resets, IsEmpty());

  carrier_.is_full = false;
  channels_.onWritable();
  ASSERT_EQ(carrier_.bytes.size(), queued);
  EXPECT_EQ(carrier_.bytes[0], std::vector<std::uint8_t>({'0', ':'}));
  EXPECT_EQ(carrier_.bytes[2], std::vector<std::uint8_t>({'2', ':'}));
  EXPECT_TRUE(channels_.hasRoom());
  EXPECT_THAT(carrier_.resets, ElementsAre(1));
}

TEST_F(DataChannelsTest, TheOldestOpenChannelIsMeantWhereNoLabelFits) {
  EXPECT_EQ(channels_.channelFor("a"), std::nullopt);
  peerOpens(9, {.label = "a"});
  peerOpens(1, {.label = "b"});
  peerOpens(3, {.label = "b"});

  EXPECT_EQ(channels_.channelFor("b"), StreamId(1));
  EXPECT_EQ(channels_.channelFor("c"), StreamId(9));
  EXPECT_EQ(channels_.labelOf(StreamId(1)), "b");
}

}  // namespace
}  // namespace ms::sctp
