// The data channels of one association (RFC 8831, RFC 8832): which streams they use, their opening
// and closing, and what their messages look like to SCTP.
//
// The client of the DTLS handshake opens channels on even streams, the server on odd ones. A
// channel is open when the peer has acknowledged it, or has sent on it. A message on a stream that
// has no channel makes one, without a label: its application and the peer's have agreed on it
// (browsers' `negotiated`, RFC 8831 §6.4), and nobody told us. To close a channel, each side resets
// its half of the stream; it is gone, and its number free, when both have.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "server/packet/sctp/dcep.h"
#include "server/packet/sctp/drop.h"
#include "server/packet/sctp/message.h"

namespace ms::sctp {

// Of the DTLS handshake: decides who uses which stream numbers.
enum class Role : std::uint8_t { Client, Server };

enum class ChannelState : std::uint8_t { Connecting, Open, Closing };

struct ChannelCounters {
  std::uint64_t messages_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t bytes_received = 0;
};

struct ChannelStatistics {
  StreamId id;
  ChannelParameters parameters;
  ChannelState state = ChannelState::Connecting;
  ChannelCounters counters;
};

// What carries the messages: an Association, or a test.
class MessageCarrier {
 public:
  // The whole message or nothing; Drop::BufferFull when it can be tried again later.
  virtual std::expected<void, Drop> send(const OutgoingMessage& message) = 0;
  virtual void resetStreams(std::span<const StreamId> streams) = 0;

 protected:
  ~MessageCarrier() = default;
};

class DataChannelsObserver {
 public:
  virtual void onChannelOpened(StreamId channel) = 0;
  // Once for each channel that was told as opened.
  virtual void onChannelClosed(StreamId channel) = 0;
  virtual void onChannelMessage(StreamId channel, const DataMessage& message) = 0;

 protected:
  ~DataChannelsObserver() = default;
};

class DataChannels {
 public:
  static constexpr std::size_t kMaxChannels = 256;
  // Of messages that found no room in the association yet. Above the first, hasRoom() is false;
  // with the second, messages are refused (Drop::BufferFull).
  static constexpr std::size_t kFullBytes = 1024 * 1024;
  static constexpr std::size_t kMaxQueuedBytes = 8 * 1024 * 1024;

  // `max_message_bytes`: what the peer takes (RFC 8841 §6).
  DataChannels(Role role, std::size_t max_message_bytes, MessageCarrier& carrier,
               DataChannelsObserver& observer);

  // The association is up, with this many streams in either direction.
  void onConnected(std::uint16_t streams);
  // The association is over: all channels are closed.
  void onClosed();
  void onMessage(StreamId stream, std::uint32_t protocol, Bytes message);
  void onIncomingReset(std::span<const StreamId> streams);
  void onOutgoingReset(std::span<const StreamId> streams);
  void onWritable();

  // Drop: NotConnected, LabelTooLong, TooManyChannels, BufferFull.
  std::expected<StreamId, Drop> open(ChannelParameters parameters);
  // After what was sent on it has arrived. Drop: UnknownStream.
  std::expected<void, Drop> close(StreamId channel);
  // Drop: UnknownStream (also of one that is not open), TooLong, BufferFull.
  std::expected<void, Drop> send(StreamId channel, DataKind kind, Bytes bytes);

  // The oldest open channel with this label, else the oldest open one.
  std::optional<StreamId> channelFor(std::string_view label) const;
  std::string_view labelOf(StreamId channel) const;
  bool hasRoom() const { return queued_bytes_ < kFullBytes; }

  std::vector<ChannelStatistics> statistics() const;
  const DropCounters& drops() const { return drops_; }
  DropCounters& drops() { return drops_; }

 private:
  struct Channel {
    ChannelParameters parameters;
    std::uint64_t age = 0;  // The smaller, the older.
    ChannelState state = ChannelState::Connecting;
    bool is_acknowledged = false;
    bool is_unannounced = false;  // Made by a message; an OPEN that comes late still describes it.
    bool is_told = false;         // To the observer, as opened.
    bool is_reset_asked = false;
    bool is_outgoing_reset = false;
    bool is_incoming_reset = false;
    ChannelCounters counters;
  };
  struct Queued {
    StreamId stream;
    PayloadProtocol protocol;
    std::vector<std::uint8_t> bytes;
  };

  void onDcep(StreamId stream, Bytes message);
  void onOpen(StreamId stream, Bytes message);
  // The channel that a message on this stream belongs to; null: none, and none can be made.
  Channel* channelOfMessage(StreamId stream);
  Channel& add(StreamId stream, ChannelParameters parameters);
  void refuse(StreamId stream, Drop reason);
  void markOpen(StreamId stream, Channel& channel);
  bool isOurs(StreamId stream) const;
  // To the association, or into the queue.
  std::expected<void, Drop> write(StreamId stream, PayloadProtocol protocol, Bytes bytes);
  OutgoingMessage outgoing(StreamId stream, PayloadProtocol protocol, Bytes bytes) const;
  void resetDrained();
  void maybeGone(StreamId stream);

  const Role role_;
  const std::size_t max_message_bytes_;
  MessageCarrier& carrier_;
  DataChannelsObserver& observer_;
  std::uint16_t streams_ = 0;  // 0 while there is no association.
  std::uint64_t next_age_ = 0;
  std::map<StreamId, Channel> channels_;
  std::set<StreamId> refused_;  // The peer has not seen yet that it has no channel there.
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  DropCounters drops_;
};

}  // namespace ms::sctp
