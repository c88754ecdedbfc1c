#include "server/packet/sctp/data_peer.h"

#include <gmock/gmock.h>
#include <sys/time.h>

#include "server/base/process.h"
#include "server/packet/sctp/test_sctp.h"

namespace {

// The wall clock of this test program: usrsctp measures round trips and lifetimes by it, and is to
// live in the network's time like everything else.
ms::peer::SimulatedNetwork* wall_clock = nullptr;

}  // namespace

extern "C" int gettimeofday(timeval* time, void*) noexcept {
  const auto now = wall_clock ? wall_clock->now().time_since_epoch() : ms::Duration(0);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  time->tv_sec = seconds.count();
  time->tv_usec = (now - seconds).count();
  return 0;
}

namespace ms::sctp {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class DataPeerTest : public testing::Test {
 protected:
  DataPeerTest() { wall_clock = &call_.network; }
  ~DataPeerTest() override { wall_clock = nullptr; }

  TestDataPeer& client() { return call_.client; }
  TestDataPeer& server() { return call_.server; }

  TestDataCall call_;
};

std::vector<std::string> numbered(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back(std::to_string(i));
  return list;
}

TEST_F(DataPeerTest, BothSidesConnectAtOnce) {
  call_.connect();

  EXPECT_EQ(client().connected, 1);
  EXPECT_EQ(server().connected, 1);
  EXPECT_EQ(client().ended + server().ended, 0);
}

TEST_F(DataPeerTest, AChannelIsOpenedOnceOnEachSide) {
  call_.connect();
  call_.open({.label = "chat", .protocol = "v1"});

  EXPECT_THAT(client().opened, ElementsAre("0"));
  EXPECT_THAT(server().opened, ElementsAre("0"));
  const auto statistics = server().peer.statistics();
  ASSERT_EQ(statistics.channels.size(), 1u);
  EXPECT_EQ(statistics.channels[0].parameters.label, "chat");
  EXPECT_EQ(statistics.channels[0].parameters.protocol, "v1");
  EXPECT_EQ(statistics.channels[0].state, ChannelState::Open);
}

TEST_F(DataPeerTest, TheDtlsRoleDecidesAboutStreamNumbers) {
  call_.connect();
  ASSERT_TRUE(client().peer.open({}));
  ASSERT_TRUE(server().peer.open({}));
  ASSERT_TRUE(client().peer.open({}));
  ASSERT_TRUE(server().peer.open({}));
  call_.runFor(1s);

  EXPECT_THAT(client().opened, testing::UnorderedElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(server().opened, testing::UnorderedElementsAre("0", "1", "2", "3"));
}

TEST_F(DataPeerTest, TextAndBinaryAndEmptyMessagesKeepTheirKind) {
  call_.connect();
  call_.open({.label = "chat"});
  client().application.say("text");
  client().application.say("binary", DataKind::Binary);
  client().application.say("");
  client().application.say("", DataKind::Binary);
  server().application.say("back");
  call_.runFor(1s);

  EXPECT_THAT(server().application.received,
              ElementsAre(ReceivedData{"chat", DataKind::Text, "text"},
                          ReceivedData{"chat", DataKind::Binary, "binary"},
                          ReceivedData{"chat", DataKind::Text, ""},
                          ReceivedData{"chat", DataKind::Binary, ""}));
  EXPECT_THAT(client().application.texts(), ElementsAre("back"));
}

TEST_F(DataPeerTest, EitherSideClosesAChannelAndItsNumberIsFreeAgain) {
  call_.connect();
  const StreamId first = call_.open();
  ASSERT_TRUE(client().peer.close(first));
  call_.runFor(1s);
  EXPECT_THAT(client().closed, ElementsAre("0"));
  EXPECT_THAT(server().closed, ElementsAre("0"));

  const StreamId second = call_.open();
  EXPECT_EQ(second, first);
  server().application.say("still works");
  call_.runFor(1s);
  EXPECT_THAT(client().application.texts(), ElementsAre("still works"));

  ASSERT_TRUE(server().peer.close(second));
  call_.runFor(1s);
  EXPECT_THAT(client().closed, ElementsAre("0", "0"));
  EXPECT_THAT(server().closed, ElementsAre("0", "0"));
  EXPECT_EQ(client().peer.statistics().channels_opened, 2u);
  EXPECT_EQ(client().peer.statistics().channels_closed, 2u);
  EXPECT_THAT(client().peer.statistics().channels, IsEmpty());
}

TEST_F(DataPeerTest, ManyChannelsCloseAtOnce) {
  call_.connect();
  std::vector<StreamId> channels;
  for (int i = 0; i < 20; ++i) channels.push_back(call_.open());
  for (const StreamId channel : channels) ASSERT_TRUE(client().peer.close(channel));
  call_.runFor(10s);

  EXPECT_EQ(client().closed.size(), 20u);
  EXPECT_EQ(server().closed.size(), 20u);
}

TEST_F(DataPeerTest, WhatWasSentBeforeTheCloseArrives) {
  call_.connect();
  const StreamId channel = call_.open();
  const std::string large(60'000, 'x');
  for (int i = 0; i < 40; ++i) client().application.say(large);  // More than the buffer takes.
  ASSERT_TRUE(client().peer.close(channel));
  call_.runFor(10s);

  EXPECT_EQ(server().application.received.size(), 40u);
  EXPECT_THAT(server().closed, ElementsAre("0"));
}

TEST_F(DataPeerTest, AThousandMessagesOf64KibArriveInOrderOverALossyNetwork) {
  call_.setConditions({.loss = 0.01, .duplication = 0.01, .delay = 5ms, .jitter = 2ms});
  call_.connect();
  call_.runFor(5s);
  call_.open();
  int sent = 0;
  const auto message = [](int number) {
    std::string text = std::to_string(number);
    text.resize(65536, '.');
    return text;
  };
  for (int rounds = 0; rounds < 10'000 && sent < 1000; ++rounds) {
    while (sent < 1000 && client().peer.room() == Room::Some)
      client().application.say(message(sent++), DataKind::Binary);
    call_.runFor(100ms);
  }
  call_.runFor(30s);

  ASSERT_EQ(server().application.received.size(), 1000u);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(server().application.received[static_cast<std::size_t>(i)].text, message(i)) << i;
  }
  EXPECT_LE(client().longest_packet, Association::kMaxPacketBytes);
  EXPECT_GT(client().longest_packet, Association::kMaxPacketBytes - 16);
}

TEST_F(DataPeerTest, AReliableChannelLosesNothingAndKeepsTheOrder) {
  call_.setConditions({.loss = 0.2, .delay = 20ms, .jitter = 30ms});
  call_.connect();
  call_.runFor(20s);
  call_.open();
  call_.runFor(20s);
  for (const std::string& text : numbered(200)) client().application.say(text);
  call_.runFor(120s);

  EXPECT_EQ(server().application.texts(), numbered(200));
}

// Of the DATA chunks of a lossy direction, only the given count of tries gets through.
TEST_F(DataPeerTest, WithoutRetransmissionsWhatIsLostStaysLostAndTheRestGoesOn) {
  call_.connect();
  call_.open({.ordered = false, .reliability = {Reliability::Policy::MaxRetransmits, 0}});
  int data_packets = 0;
  client().loses = [&](Bytes packet) {
    return packet[kCommonHeaderBytes] == 0 && data_packets++ == 1;
  };
  for (const std::string& text : numbered(20)) {
    client().application.say(text);
    call_.runFor(50ms);
  }
  call_.runFor(10s);

  auto expected = numbered(20);
  expected.erase(expected.begin() + 1);
  EXPECT_EQ(server().application.texts(), expected);
}

TEST_F(DataPeerTest, AMessageWhoseLifetimeIsOverIsNotSentAgain) {
  call_.connect();
  call_.open({.reliability = {Reliability::Policy::MaxLifetime, 100}});
  client().loses = [](Bytes packet) { return packet[kCommonHeaderBytes] == 0; };
  client().application.say("too late");
  call_.runFor(150ms);
  client().loses = nullptr;
  client().application.say("in time");
  call_.runFor(20s);

  EXPECT_THAT(server().application.texts(), ElementsAre("in time"));
}

TEST_F(DataPeerTest, AnUnorderedChannelDoesNotWaitForWhatIsLost) {
  call_.connect();
  call_.open({.ordered = false});
  int data_packets = 0;
  client().loses = [&](Bytes packet) {
    return packet[kCommonHeaderBytes] == 0 && data_packets++ == 0;
  };
  client().application.say("first");
  call_.runFor(10ms);
  client().application.say("second");
  call_.runFor(5s);

  EXPECT_THAT(server().application.texts(), ElementsAre("second", "first"));
}

TEST_F(DataPeerTest, AMessageGoesToTheChannelWithItsLabelElseToTheOldest) {
  call_.connect();
  call_.open({.label = "chat"});
  call_.open({.label = "files"});
  client().application.say("a file", DataKind::Text, "files");
  client().application.say("of another", DataKind::Text, "unheard of");
  call_.runFor(1s);

  EXPECT_THAT(server().application.received,
              ElementsAre(ReceivedData{"files", DataKind::Text, "a file"},
                          ReceivedData{"chat", DataKind::Text, "of another"}));
}

TEST_F(DataPeerTest, WithoutAChannelDataIsLostAndCounted) {
  call_.connect();
  client().application.say("to nobody");
  call_.runFor(1s);

  EXPECT_EQ(client().peer.statistics().drops.of(Drop::NoChannel), 1u);
  EXPECT_EQ(client().peer.room(), Room::Absent);
}

TEST_F(DataPeerTest, AFullSinkStopsThePeerAndLosesNothing) {
  call_.connect();
  call_.open();
  server().application.setRoom(Room::Full);
  const std::string message(65536, 'x');
  int sent = 0;
  for (int i = 0; i < 200; ++i) {
    while (client().peer.room() == Room::Some) {
      client().application.say(message);
      ++sent;
    }
    call_.runFor(100ms);
  }
  // What is on its way is what both buffers and our queue hold, however long it lasts.
  EXPECT_THAT(server().application.received, IsEmpty());
  EXPECT_LE(sent * message.size(),
            2 * Association::kBufferBytes + DataChannels::kFullBytes + 2 * message.size());
  EXPECT_EQ(client().peer.room(), Room::Full);

  server().application.setRoom(Room::Some);
  call_.runFor(10s);
  EXPECT_EQ(server().application.received.size(), static_cast<std::size_t>(sent));
  EXPECT_EQ(client().peer.room(), Room::Some);
  EXPECT_GT(client().application.room_changes, 0);
}

TEST_F(DataPeerTest, ASinkThatKeepsUpIsNotDelayedByOneThatDoesNot) {
  TestApplication slow;
  server().peer.addSink(slow);
  slow.setRoom(Room::Full);
  call_.connect();
  call_.open();
  for (const std::string& text : numbered(100)) client().application.say(text);
  call_.runFor(2s);

  EXPECT_EQ(server().application.texts(), numbered(100));
}

TEST_F(DataPeerTest, AMessageLongerThanThePeerTakesIsNotSent) {
  call_.connect();
  call_.open();
  client().application.say(std::string(DataPeerConfig::kDefaultMaxMessageBytes + 1, 'x'));
  client().application.say("short");
  call_.runFor(1s);

  EXPECT_THAT(server().application.texts(), ElementsAre("short"));
  EXPECT_EQ(client().peer.statistics().drops.of(Drop::TooLong), 1u);
}

TEST_F(DataPeerTest, FlowIsToldWithTheFirstMessageAndWhenNonePassedForAWhile) {
  call_.connect();
  call_.open();
  client().application.say("one");
  client().application.say("two");
  call_.runFor(1s);
  EXPECT_THAT(client().flows, ElementsAre(Pair(DataDirection::ToPeer, DataFlow::Flowing)));
  EXPECT_THAT(server().flows, ElementsAre(Pair(DataDirection::FromPeer, DataFlow::Flowing)));

  client().peer.checkFlow();
  EXPECT_EQ(client().flows.size(), 1u);
  client().peer.checkFlow();
  EXPECT_EQ(client().flows.back(), std::pair(DataDirection::ToPeer, DataFlow::NotFlowing));
}

TEST_F(DataPeerTest, APeerThatStopsClosesTheChannelsOfTheOther) {
  call_.connect();
  call_.open();
  client().peer.stop();
  call_.runFor(1s);

  EXPECT_EQ(server().ended, 1);
  EXPECT_THAT(server().closed, ElementsAre("0"));
  EXPECT_EQ(client().ended, 0);
}

TEST_F(DataPeerTest, APeerThatFallsSilentIsNoticed) {
  call_.connect();
  call_.open();
  client().loses = [](Bytes) { return true; };
  server().application.say("hello?");
  call_.runFor(60s);

  EXPECT_EQ(server().ended, 1);
  EXPECT_THAT(server().closed, ElementsAre("0"));
}

TEST_F(DataPeerTest, WithoutItsConnectionAPeerHasNoChannels) {
  call_.connect();
  call_.open();
  client().peer.disconnect();
  client().peer.disconnect();

  EXPECT_EQ(client().ended, 1);
  EXPECT_THAT(client().closed, ElementsAre("0"));
  EXPECT_EQ(client().peer.room(), Room::Absent);
}

TEST_F(DataPeerTest, ChannelsHaveALimit) {
  call_.connect();
  for (std::size_t i = 0; i < DataChannels::kMaxChannels; ++i)
    ASSERT_TRUE(client().peer.open({})) << i;
  EXPECT_EQ(client().peer.open({}).error(), Drop::TooManyChannels);
  EXPECT_EQ(client().peer.open({.label = std::string(kMaxLabelBytes + 1, 'x')}).error(),
            Drop::LabelTooLong);
}

TEST_F(DataPeerTest, NothingCanBeOpenedBeforeTheAssociationIsUpOrAfterItsEnd) {
  EXPECT_EQ(client().peer.open({}).error(), Drop::NotConnected);
  call_.connect();
  client().peer.stop();
  call_.runFor(1s);

  EXPECT_EQ(server().peer.open({}).error(), Drop::NotConnected);
  EXPECT_EQ(client().peer.close(StreamId(0)).error(), Drop::UnknownStream);
}

TEST_F(DataPeerTest, AssociationsStartNoThreads) {
  const int before = process::threadCount();
  call_.connect();
  call_.open();

  // Not equal: the kernel may still have counted one that an earlier test has joined.
  EXPECT_LE(process::threadCount(), before);
}

TEST(Stack, AfterManyAssociationsAnotherStackBeginsAnew) {
  for (int round = 0; round < 3; ++round) {
    TestDataCall call;
    wall_clock = &call.network;
    call.connect();
    EXPECT_EQ(call.client.connected, 1);
    for (int i = 0; i < 300; ++i) {
      TestDataPeer passing(call.stack, call.network, TestDataCall::clientConfig());
      passing.peer.connect();
      call.runFor(20ms);
    }
    wall_clock = nullptr;
  }
}

TEST(Stack, SleepsWithoutAssociations) {
  Stack stack;
  EXPECT_EQ(stack.nextTimeout(), kNever);
}

}  // namespace
}  // namespace ms::sctp
