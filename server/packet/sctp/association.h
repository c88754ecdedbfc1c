// One SCTP association (RFC 9260) inside a DTLS connection (RFC 8261): messages on streams,
// reliable or not, in order or not, and the reset of streams (RFC 6525). Both sides begin it.
//
// Driven on the loop of its Stack with the packets that arrive. Sans-IO, and pull by nature: as
// long as the observer does not want messages, they stay in the receive buffer, and the peer's
// window closes. The observer is told from receive() and from the stack's timers; packets come out
// of every call. It must not destroy an association inside a callback, and not use one inside
// onPacket().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "server/packet/sctp/message.h"
#include "server/packet/sctp/packet_check.h"
#include "server/packet/sctp/stack.h"

struct socket;

namespace ms::sctp {

enum class AssociationState : std::uint8_t { New, Connecting, Connected, Closed };
enum class ResetDirection : std::uint8_t { Incoming, Outgoing };

class AssociationObserver {
 public:
  // To be sent now; at most Association::kMaxPacketBytes, valid during the call.
  virtual void onPacket(Bytes packet) = 0;
  virtual void onConnected() = 0;
  // The peer ended it or has not answered for too long, or connect() was not possible. Once.
  virtual void onClosed() = 0;
  virtual bool wantsMessages() const = 0;
  // `protocol` is what the peer wrote, known or not.
  virtual void onMessage(StreamId stream, std::uint32_t protocol, Bytes message) = 0;
  // A message longer than kMaxMessageBytes, which is gone.
  virtual void onOversizedMessage(StreamId stream) = 0;
  // Incoming: the peer has ended its half of these streams. Outgoing: ours is ended.
  virtual void onStreamsReset(ResetDirection direction, std::span<const StreamId> streams) = 0;
  // A message that found no room may find some now.
  virtual void onWritable() = 0;

 protected:
  ~AssociationObserver() = default;
};

class Association {
 public:
  static constexpr std::size_t kMaxPacketBytes = 1136;  // One DTLS record within 1200 bytes.
  static constexpr std::size_t kMaxMessageBytes = 256 * 1024;
  static constexpr std::uint16_t kMaxStreams = 1024;
  // Of either direction; the receive buffer is the window that the peer gets.
  static constexpr int kBufferBytes = 1024 * 1024;
  // Fragments that either buffer may hold, however small they are.
  static constexpr std::uint32_t kMaxChunks = 4096;

  Association(Stack& stack, PortPair ports, AssociationObserver& observer, Timestamp now);
  // Aborts what is not closed.
  ~Association();
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;

  void connect();
  // Drop::NotConnected when closed, else the reasons of checkPacket().
  std::expected<void, Drop> receive(Bytes packet);

  // The whole message or nothing of it. Drop: NotConnected, TooLong, BufferFull (then onWritable()
  // comes).
  std::expected<void, Drop> send(const OutgoingMessage& message);
  // Ends our half of these streams once all that was sent on them has arrived.
  void resetStreams(std::span<const StreamId> streams);
  // The observer wants messages again: those that wait are told now.
  void resume();
  // Tells the peer. The observer hears no more.
  void abort();

  AssociationState state() const { return state_; }
  // Of either direction, as agreed; 0 before it is connected.
  std::uint16_t streams() const { return streams_; }

 private:
  friend class Stack;
  // One read: something was there; nothing is there; the association is over.
  enum class Read : std::uint8_t { Some, Nothing, End };

  bool openSocket();
  bool setOptions();
  void fixPacketSize();
  void serve();
  void readMessages();
  Read readOne();
  void takePart(StreamId stream, std::uint32_t protocol, Bytes part, bool is_last);
  void takeNotification(Bytes notification);
  void onAssociationChange(std::uint16_t what);
  void onStreamReset(Bytes notification);
  void onOutput(Bytes packet);
  void closeSocket();
  void end();

  Stack& stack_;
  const PortPair ports_;
  AssociationObserver* observer_;  // Null once it is to hear no more.
  Stack::Address& address_;
  struct ::socket* socket_ = nullptr;
  AssociationState state_ = AssociationState::New;
  std::uint16_t streams_ = 0;
  bool is_send_blocked_ = false;
  bool is_discarding_ = false;         // The rest of a message that is too long.
  std::vector<std::uint8_t> partial_;  // The first parts of a message.
};

}  // namespace ms::sctp
