// Every limit of the upload server, in one place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/base/units.h"

namespace ms::http {

// Above: the one longest waited for that has no upload is closed, or the new one.
inline constexpr std::size_t kMaxConnections = 512;
inline constexpr std::uint32_t kMaxHeaderBytes = 16 * 1024;
inline constexpr std::size_t kReadBytes = 64 * 1024;  // What is read of a body at once.
// From the first byte waited for to the end of the header, also of a further request.
inline constexpr Duration kHeaderTime = std::chrono::seconds(10);
// Without a byte of a body that there is room for.
inline constexpr Duration kBodyIdleTime = std::chrono::seconds(60);
// For a client to take an answer, and to stop sending after a refusal.
inline constexpr Duration kAnswerTime = std::chrono::seconds(5);
// How much of a refused body is read, so that the client gets to see the answer.
inline constexpr std::size_t kMaxSkippedBytes = 1024 * 1024;

}  // namespace ms::http
