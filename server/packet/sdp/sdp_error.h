// Why a session description was not taken, and the words an application reads about it (error code
// 40201, SDP_PARSE_ERROR).
#pragma once

#include <cstdint>

namespace ms::sdp {

enum class SdpError : std::uint8_t {
  EmptyOffer,
  EmptyAnswer,
  NotSdp,         // No `v=0`.
  MalformedLine,  // A NUL byte, or an m-line without media, port or protocol.
  TooLong,
  TooManyLines,
  TooManyMedia,
  TooManyAttributes,
  TooManyFormats,
  AnswerDoesNotFitOffer,  // Other number of m-lines, or an m-line of another kind.
  NotARestart,            // A second offer that changes more than ICE, or not that.
};

inline constexpr int kSdpErrorCode = 40201;

// The message of the API error.
const char* message(SdpError error);

// For the log: which rule or limit it was.
const char* reason(SdpError error);

}  // namespace ms::sdp
