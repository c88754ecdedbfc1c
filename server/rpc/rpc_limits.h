// Every limit of the control plane, in one place. What is above one is refused with a clear error
// and harms nobody else.
#pragma once

#include <chrono>
#include <cstddef>

#include "server/base/units.h"

namespace ms::rpc {

struct RpcLimits {
  // --- Transport ---
  std::size_t message_bytes = 1 << 20;  // A longer message closes its connection with 1009.
  std::size_t connections = 10'000;     // Further handshakes get HTTP 503.
  // What waits for a client that reads slowly; above, it is closed with 1008.
  std::size_t send_queue_bytes = 16 << 20;
  // Unanswered requests of one connection: above either, its socket is not read for a while.
  std::size_t requests_in_flight = 1'000;
  std::size_t request_bytes_in_flight = 4 << 20;
  Duration handshake_time = std::chrono::seconds(10);  // TLS and WebSocket handshake together.
  Duration closing_time = std::chrono::seconds(2);     // Given to a peer to take its close frame.

  // --- Requests ---
  int json_depth = 1'000;              // Nested arrays and objects; deeper is no JSON (-32700).
  std::size_t session_id_bytes = 256;  // Of ids that clients make up.
  std::size_t transaction_operations = 1'000;
  int transaction_depth = 8;  // Transactions in transactions.

  // --- What clients may keep (40009 above) ---
  std::size_t sessions = 50'000;
  std::size_t objects_per_session = 10'000;
  std::size_t subscriptions_per_session = 50'000;

  // --- Request cache: the oldest replies go first ---
  std::size_t cached_replies = 20'000;
  std::size_t cached_reply_bytes = 32 << 20;
  Duration cached_reply_time = std::chrono::milliseconds(20'000);
};

}  // namespace ms::rpc
