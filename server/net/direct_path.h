// The selected pair of an ICE agent, used without the agent: datagrams to the peer go to the
// worker's SendBatch, and what comes from it is read here. STUN, and whatever comes from somebody
// else, is left to the agent on the same socket, which goes on checking the pair.
//
// A socket has one queue for all: the head of it is looked at before it is taken (MSG_PEEK). It is
// never asked to join datagrams (UDP_GRO): STUN could be joined to media and be lost for the agent.
//
// Made, used and destroyed on its worker's loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/base/bytes.h"
#include "server/base/units.h"
#include "server/net/send_batch.h"
#include "server/net/socket_address.h"

namespace ms::net {

class Worker;

class DirectPath {
 public:
  // So that a flood on one socket leaves the loop to the others.
  static constexpr std::size_t kMaxDatagramsPerTurn = 64;
  // While there is a pair, the agent is shown of other senders: checks that name its user fragment,
  // all that comes from the last few who sent one (the peer on its next pair), and answers to
  // checks and of servers, this often per second. It then takes all that is in the queue. Other
  // datagrams are dropped here, unread.
  static constexpr std::size_t kMaxKnownSenders = 4;
  static constexpr int kMaxForeignAnswersPerSecond = 50;

  enum class Left { Nothing, ForTheAgent };
  enum class Next { GoOn, Stop };

  // `descriptor` is duplicated: the agent may close its own at any time. None when that fails.
  static std::shared_ptr<DirectPath> make(Worker& worker, int descriptor,
                                          const SocketAddress& remote, std::string local_ufrag);
  // Sends what is pending.
  ~DirectPath();
  DirectPath(const DirectPath&) = delete;
  DirectPath& operator=(const DirectPath&) = delete;

  // After a restart of the agent.
  void setLocalUfrag(std::string ufrag) { local_ufrag_ = std::move(ufrag); }

  // Leaves at the end of the turn.
  void send(Bytes datagram) { path_->send(datagram); }

  // When the socket is readable: takes what the peer sent that is not STUN. `take` may change the
  // bytes, which are gone on its return, and tells whether to go on. Tells what to do next; the
  // caller keeps the path alive meanwhile.
  template <class Take>
  Left receive(Timestamp now, Take take) {
    for (std::size_t i = 0; i < kMaxDatagramsPerTurn; ++i) {
      switch (lookAtHead(now)) {
        case Head::None:
          // Nothing at all: the agent's descriptor may not be ours any more.
          return i == 0 ? Left::ForTheAgent : Left::Nothing;
        case Head::StunResponse:
          last_consent_ = now;
          ++consents_;
          return Left::ForTheAgent;
        case Head::ForTheAgent:
          return Left::ForTheAgent;
        case Head::Empty:
          (void)takeHead();
          break;
        case Head::Foreign:
          drop();
          break;
        case Head::Media:
          if (take(takeHead()) == Next::Stop) return Left::Nothing;
      }
    }
    return Left::Nothing;
  }

  // When the peer last answered a check of ours: that is its consent (RFC 7675).
  Timestamp lastConsent() const { return last_consent_; }
  // Whether it was made of these.
  bool isOf(int descriptor, const SocketAddress& remote) const {
    return made_of_ == descriptor && remote_ == remote.seenFrom(remote_);
  }
  // Since they were last asked for.
  std::uint64_t takeConsents() { return std::exchange(consents_, 0); }
  std::uint64_t takeDroppedForeign() { return std::exchange(dropped_foreign_, 0); }

 private:
  // What the next datagram in the socket's queue is.
  enum class Head { None, Empty, StunResponse, ForTheAgent, Foreign, Media };

  DirectPath(Worker& worker, int descriptor, int made_of, const SocketAddress& remote,
             std::string local_ufrag);

  Head lookAtHead(Timestamp now);
  bool isForTheAgent(Bytes head, const SocketAddress& from, Timestamp now);
  bool mayShowAnswer(Timestamp now);
  MutableBytes takeHead();
  void drop();

  const int descriptor_;
  const int made_of_;
  const SocketAddress remote_;
  std::string local_ufrag_;
  const MutableBytes buffer_;
  std::optional<SendBatch::Path> path_;  // Ends before the descriptor.
  Timestamp last_consent_{};
  std::uint64_t consents_ = 0;
  std::array<SocketAddress, kMaxKnownSenders> known_senders_;
  std::size_t next_known_ = 0;
  Timestamp answers_since_{};
  int answers_ = 0;
  std::uint64_t dropped_foreign_ = 0;
};

}  // namespace ms::net
