// What data channels exchange over SCTP: user messages on numbered streams, each with a payload
// protocol that says what its bytes are (RFC 8831 §8).
#pragma once

#include <cstdint>
#include <string_view>

#include "server/base/bytes.h"
#include "server/base/strong.h"

namespace ms::sctp {

using StreamId = Strong<struct StreamIdTag, std::uint16_t>;

// RFC 8831 §8. 52 and 54, parts of messages as very old browsers sent them, are not taken.
enum class PayloadProtocol : std::uint32_t {
  Dcep = 50,
  Text = 51,
  Binary = 53,
  EmptyText = 56,  // SCTP has no empty messages: these two carry one byte that means nothing.
  EmptyBinary = 57,
};

enum class DataKind : std::uint8_t { Text, Binary };

// A message as applications see it, valid during the call that it comes with.
struct DataMessage {
  std::string_view label = {};  // Of the channel it came from; empty when it came from none.
  DataKind kind = DataKind::Binary;
  Bytes bytes = {};
};

// How hard SCTP tries (RFC 3758): until the message has arrived, or up to a number of
// retransmissions, or for some milliseconds.
struct Reliability {
  enum class Policy : std::uint8_t { Full, MaxRetransmits, MaxLifetime };
  Policy policy = Policy::Full;
  std::uint32_t limit = 0;

  friend bool operator==(const Reliability&, const Reliability&) = default;
};

// A message on its way into the association.
struct OutgoingMessage {
  StreamId stream;
  PayloadProtocol protocol = PayloadProtocol::Binary;
  bool ordered = true;
  Reliability reliability = {};
  Bytes bytes = {};  // Never empty.
};

}  // namespace ms::sctp
