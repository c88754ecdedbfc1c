#include "server/packet/bwe/loss_limit.h"

#include <algorithm>

namespace ms::bwe {

bool LossLimit::add(std::int64_t arrived, std::int64_t lost, Bitrate rate, Timestamp now) {
  if (!since_) since_ = now;
  arrived_ += arrived;
  lost_ += lost;
  if (now - *since_ < kInterval || arrived_ + lost_ < kLeastPackets) return false;
  // A packet that was only late is taken off again, perhaps in another interval.
  lost_ = std::max<std::int64_t>(lost_, 0);
  const double newest =
      static_cast<double>(lost_) / static_cast<double>(std::max<std::int64_t>(arrived_ + lost_, 1));
  fraction_ += kNewest * (newest - fraction_);
  arrived_ = lost_ = 0;
  since_ = now;
  if (fraction_ > kMany) {
    const double cut =
        static_cast<double>(*std::min(limit_.value_or(rate), rate)) * (1 - 0.5 * fraction_);
    limit_ = Bitrate(std::max(static_cast<std::int64_t>(cut), *kFloor));
    return true;
  }
  if (limit_ && fraction_ < kFew) {
    limit_ = Bitrate(static_cast<std::int64_t>(static_cast<double>(**limit_) * kGrowth) + 1000);
    if (*limit_ > Bitrate(2 * *rate)) limit_.reset();
  }
  return false;
}

}  // namespace ms::bwe
