#include "server/frame/frame_rate_limit.h"

#include <algorithm>

namespace ms::frame {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// Cameras are not punctual: a picture may come by this part of the interval too early.
constexpr std::int64_t kEarly = 4;
// What is so many intervals before the next one belongs to other times.
constexpr std::int64_t kJump = 4;

}  // namespace

FrameRateLimit::FrameRateLimit(const FrameRate& rate)
    : interval_(std::max<std::int64_t>(kSecond * rate.denominator / rate.numerator, 1)) {}

bool FrameRateLimit::passes(std::int64_t time) {
  const bool has_jumped = time < next_ - kJump * interval_ || time > next_ + interval_;
  if (has_jumped) next_ = time;
  if (time < next_ - interval_ / kEarly) return false;
  next_ += interval_;
  return true;
}

}  // namespace ms::frame
