// How often something that fails is made anew: what fails again and again, or a peer that makes it
// fail, may not keep the server busy.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "server/base/units.h"

namespace ms::frame {

class FailureBudget {
 public:
  // The fifth failure within kPatience is the last.
  static constexpr std::size_t kMaxFailures = 5;
  static constexpr Duration kPatience = std::chrono::seconds(30);

  // It has failed: may it be made anew?
  bool mayTryAgain(Timestamp now) {
    const auto fourth_last = std::exchange(last_[next_], now);
    next_ = (next_ + 1) % last_.size();
    return !fourth_last || now - *fourth_last > kPatience;
  }

 private:
  std::array<std::optional<Timestamp>, kMaxFailures - 1> last_;  // A ring.
  std::size_t next_ = 0;
};

}  // namespace ms::frame
