// Which pictures of a stream are left out so that no more than so many come in a second. Goes by
// their times, and begins anew where these jump. Sans-IO; for one thread.
#pragma once

#include <cstdint>

#include "server/frame/encoder_bitrates.h"

namespace ms::frame {

class FrameRateLimit {
 public:
  // `rate` is more than 0.
  explicit FrameRateLimit(const FrameRate& rate);

  // Of the picture that comes next; in nanoseconds.
  bool passes(std::int64_t time);

 private:
  const std::int64_t interval_;
  std::int64_t next_ = 0;  // When a picture is due.
};

}  // namespace ms::frame
