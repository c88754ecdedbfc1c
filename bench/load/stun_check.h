// The connectivity checks of ICE (RFC 8445 §7, RFC 8489), as much as a light peer needs: it asks
// with a Binding request, answers one, and knows its own answers again. The server under test is
// trusted: its message integrity is not checked.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/base/bytes.h"

namespace ms::load {

using TransactionId = std::array<std::uint8_t, 12>;

enum class StunKind { BindingRequest, BindingSuccess, Other };

struct StunHeader {
  StunKind kind = StunKind::Other;
  TransactionId transaction{};

  // Nothing when it is not a whole STUN message.
  static std::optional<StunHeader> parse(Bytes datagram);
};

enum class Nomination { No, Yes };

struct Check {
  TransactionId transaction{};
  std::string username;  // The server's fragment, a colon, ours.
  std::string password;  // The server's.
  std::uint64_t tie_breaker = 0;
  Nomination nomination = Nomination::No;
};
std::vector<std::uint8_t> writeCheck(const Check& check);

// `password` is ours; `source` is where the request came from.
std::vector<std::uint8_t> writeCheckAnswer(const TransactionId& transaction,
                                           const sockaddr_in& source, const std::string& password);

}  // namespace ms::load
