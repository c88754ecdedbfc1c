#include "server/net/send_batch.h"

#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace ms::net {
namespace {

// A socket on 127.0.0.1.
class Endpoint {
 public:
  Endpoint() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const int bytes = 1 << 20;
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    const auto any = SocketAddress::parse("127.0.0.1", 0);
    EXPECT_EQ(bind(descriptor_, any->data(), any->size()), 0);
  }
  ~Endpoint() { close(descriptor_); }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  int descriptor() const { return descriptor_; }
  SocketAddress address() const { return *SocketAddress::ofSocket(descriptor_); }

  // What has come on loopback has come when the sender's call returns.
  std::vector<std::string> received() {
    std::vector<std::string> all;
    std::string bytes(70'000, '\0');
    for (ssize_t size; (size = recv(descriptor_, bytes.data(), bytes.size(), 0)) >= 0;)
      all.push_back(bytes.substr(0, static_cast<std::size_t>(size)));
    return all;
  }

 private:
  const int descriptor_;
};

bool isSegmented(const mmsghdr& message) { return message.msg_hdr.msg_controllen > 0; }

// Kernels of all kinds, in the place of sendmmsg(2).
int withoutSegmentation(int descriptor, mmsghdr* messages, unsigned count, int flags) {
  unsigned plain = 0;
  while (plain < count && !isSegmented(messages[plain])) ++plain;
  if (plain > 0) return sendmmsg(descriptor, messages, plain, flags);
  errno = EINVAL;
  return -1;
}
int full(int, mmsghdr*, unsigned, int) {
  errno = EAGAIN;
  return -1;
}
int unreachable(int, mmsghdr*, unsigned, int) {
  errno = ENETUNREACH;
  return -1;
}

class SendBatchTest : public testing::Test {
 protected:
  using Steps = std::function<void(SendBatch&, EndOfTurn&)>;

  // Runs `steps` in one turn of a loop; gives the counters after it.
  SendCounters inOneTurn(Steps steps, SendBatch::SendMessages kernel = ::sendmmsg) {
    SendCounters counters;
    loop.runAndWait([&] {
      EndOfTurn turns(loop);
      SendBatch batch(loop, turns, kernel);
      turns.begin();
      steps(batch, turns);
      turns.end();
      counters = batch.counters();
    });
    return counters;
  }

  static void send(SendBatch::Path& path, const std::string& datagram) {
    path.send({reinterpret_cast<const std::uint8_t*>(datagram.data()), datagram.size()});
  }

  Loop loop{"test"};
  Endpoint sender, receiver, other;
};

TEST_F(SendBatchTest, SendsAtTheEndOfTheTurn) {
  std::vector<std::string> before, after;

  inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path path(batch, sender.descriptor(), receiver.address());
    send(path, "first");
    send(path, "the second");
    before = receiver.received();
    turns.end();
    after = receiver.received();
  });

  EXPECT_TRUE(before.empty());
  EXPECT_EQ(after, (std::vector<std::string>{"first", "the second"}));
}

TEST_F(SendBatchTest, SendsFourEqualDatagramsToOnePeerAsOneBatch) {
  const std::vector<std::string> datagrams{std::string(1200, 'a'), std::string(1200, 'b'),
                                           std::string(1200, 'c'), std::string(1200, 'd')};

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path path(batch, sender.descriptor(), receiver.address());
    for (const auto& datagram : datagrams) send(path, datagram);
    turns.end();
  });

  EXPECT_EQ(counters.system_calls, 1u);
  EXPECT_EQ(counters.segmented_batches, 1u);
  EXPECT_EQ(counters.segmented_datagrams, 4u);
  EXPECT_EQ(counters.datagrams, 4u);
  EXPECT_EQ(receiver.received(), datagrams);
}

TEST_F(SendBatchTest, GathersWhatGoesToOnePeerThoughOthersComeBetween) {
  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path first(batch, sender.descriptor(), receiver.address());
    SendBatch::Path second(batch, sender.descriptor(), other.address());
    for (int i = 0; i < 4; ++i) {
      send(first, std::string(1000, 'x'));
      send(second, std::string(1000, 'y'));
    }
    turns.end();
  });

  EXPECT_EQ(counters.system_calls, 2u);
  EXPECT_EQ(counters.segmented_datagrams, 8u);
  EXPECT_EQ(receiver.received(), std::vector(4, std::string(1000, 'x')));
  EXPECT_EQ(other.received(), std::vector(4, std::string(1000, 'y')));
}

TEST_F(SendBatchTest, LetsAPortionLeaveWhenAnotherPathBegins) {
  std::vector<std::string> before, meanwhile;

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path first(batch, sender.descriptor(), receiver.address());
    SendBatch::Path second(batch, sender.descriptor(), other.address());
    for (std::size_t sent = 0; sent < 2 * SendBatch::kPortionBytes; sent += 1000)
      send(first, std::string(1000, 'x'));
    before = receiver.received();
    send(second, "y");
    meanwhile = receiver.received();
    turns.end();
  });

  EXPECT_TRUE(before.empty());  // What goes to one peer is not torn apart.
  EXPECT_EQ(meanwhile.size(), 2 * SendBatch::kPortionBytes / 1000 + 1);
  EXPECT_EQ(other.received(), std::vector<std::string>{"y"});
  EXPECT_EQ(counters.datagrams, meanwhile.size() + 1);
}

TEST_F(SendBatchTest, LetsTheLastOfABatchBeShorterAndKeepsTheOrder) {
  const std::vector<std::string> datagrams{std::string(900, 'a'),  std::string(900, 'b'),
                                           std::string(100, 'c'),  std::string(900, 'd'),
                                           std::string(1100, 'e'), std::string()};

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path path(batch, sender.descriptor(), receiver.address());
    for (const auto& datagram : datagrams) send(path, datagram);
    turns.end();
  });

  EXPECT_EQ(counters.system_calls, 1u);
  EXPECT_EQ(counters.segmented_batches, 1u);
  EXPECT_EQ(counters.segmented_datagrams, 3u);
  EXPECT_EQ(receiver.received(), datagrams);
}

TEST_F(SendBatchTest, MakesNoBatchLargerThanTheKernelTakes) {
  constexpr std::size_t kCount = 150;

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path small(batch, sender.descriptor(), receiver.address());
    SendBatch::Path large(batch, sender.descriptor(), other.address());
    for (std::size_t i = 0; i < kCount; ++i) send(small, std::string(100, 's'));
    for (std::size_t i = 0; i < kCount; ++i) send(large, std::string(1200, 'l'));
    turns.end();
  });

  EXPECT_EQ(counters.refused_batches, 0u);
  EXPECT_EQ(counters.datagrams, 2 * kCount);
  EXPECT_EQ(counters.segmented_batches, 3u + 3u);
  EXPECT_EQ(receiver.received().size(), kCount);
  EXPECT_EQ(other.received().size(), kCount);
}

TEST_F(SendBatchTest, GoesOnWithoutSegmentationWhereTheKernelRefusesIt) {
  std::vector<std::string> first_turn, second_turn;

  const auto counters = inOneTurn(
      [&](SendBatch& batch, EndOfTurn& turns) {
        SendBatch::Path path(batch, sender.descriptor(), receiver.address());
        for (int i = 0; i < 4; ++i) send(path, std::string(1200, 'x'));
        turns.end();
        first_turn = receiver.received();
        for (int i = 0; i < 4; ++i) send(path, std::string(1200, 'y'));
        turns.end();
        second_turn = receiver.received();
      },
      withoutSegmentation);

  EXPECT_EQ(first_turn, std::vector(4, std::string(1200, 'x')));
  EXPECT_EQ(second_turn, std::vector(4, std::string(1200, 'y')));
  EXPECT_EQ(counters.refused_batches, 1u);  // It is not tried again.
  EXPECT_EQ(counters.system_calls, 3u);
  EXPECT_EQ(counters.segmented_batches, 0u);
}

TEST_F(SendBatchTest, DropsWhatTheSocketDoesNotTake) {
  const auto counters = inOneTurn(
      [&](SendBatch& batch, EndOfTurn& turns) {
        SendBatch::Path path(batch, sender.descriptor(), receiver.address());
        for (int i = 0; i < 3; ++i) send(path, "datagram");
        turns.end();
      },
      full);

  EXPECT_EQ(counters.dropped_socket_full, 3u);
  EXPECT_EQ(counters.system_calls, 1u);
  EXPECT_EQ(counters.datagrams, 0u);
}

TEST_F(SendBatchTest, CountsWhatCannotBeSentAndGoesOn) {
  const auto counters = inOneTurn(
      [&](SendBatch& batch, EndOfTurn& turns) {
        SendBatch::Path path(batch, sender.descriptor(), receiver.address());
        send(path, "datagram");
        send(path, "a longer datagram");
        turns.end();
      },
      unreachable);

  EXPECT_EQ(counters.dropped_unreachable, 2u);
}

TEST_F(SendBatchTest, RefusesWhatNoDatagramHolds) {
  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn&) {
    SendBatch::Path path(batch, sender.descriptor(), receiver.address());
    send(path, std::string(SendBatch::kMaxDatagramBytes, 'x'));
    send(path, std::string(SendBatch::kMaxDatagramBytes + 1, 'x'));
  });

  EXPECT_EQ(counters.datagrams, 1u);
  EXPECT_EQ(counters.dropped_too_large, 1u);
}

TEST_F(SendBatchTest, SendsWhatIsPendingOnAPathThatEnds) {
  std::vector<std::string> received;

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path other_path(batch, sender.descriptor(), other.address());
    {
      SendBatch::Path path(batch, sender.descriptor(), receiver.address());
      send(path, "good");
      send(other_path, "later");
      send(path, "bye");
    }
    received = receiver.received();
    turns.end();
  });

  EXPECT_EQ(received, (std::vector<std::string>{"good", "bye"}));
  EXPECT_EQ(other.received(), std::vector<std::string>{"later"});
  EXPECT_EQ(counters.datagrams, 3u);
}

TEST_F(SendBatchTest, FlushesInBetweenWhenATurnSendsMoreThanItHolds) {
  std::vector<std::string> before_the_end, after;

  const auto counters = inOneTurn([&](SendBatch& batch, EndOfTurn& turns) {
    SendBatch::Path path(batch, sender.descriptor(), receiver.address());
    for (std::size_t i = 0; i <= SendBatch::kMaxDatagrams; ++i) send(path, "x");
    before_the_end = receiver.received();
    turns.end();
    after = receiver.received();
  });

  EXPECT_FALSE(before_the_end.empty());
  EXPECT_EQ(after, std::vector<std::string>{"x"});
  EXPECT_EQ(counters.datagrams + counters.dropped_socket_full, SendBatch::kMaxDatagrams + 1);
}

}  // namespace
}  // namespace ms::net
