// Which outgoing sequence numbers were used lately, so that no other packet goes out under one of
// them: with AES-GCM two packets under one number betray the authentication key (RFC 7714 §8.4).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/packet/rtp/sequence.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

class SequenceWindow {
 public:
  static constexpr std::int64_t kNumbers = 2048;

  // False when it was taken before, or is older than what is remembered.
  bool take(rtp::SequenceNumber number) {
    const std::int64_t n = unwrapper_.unwrap(number);
    if (!highest_) highest_ = n - 1;
    if (n > *highest_) {
      advance(n);
    } else if (*highest_ - n >= kNumbers || used_.test(place(n))) {
      return false;
    }
    used_.set(place(n));
    return true;
  }

 private:
  static std::size_t place(std::int64_t n) {
    return static_cast<std::size_t>(((n % kNumbers) + kNumbers) % kNumbers);
  }
  void advance(std::int64_t to) {
    if (to - *highest_ >= kNumbers) {
      used_.reset();
    } else {
      for (std::int64_t n = *highest_ + 1; n <= to; ++n) used_.reset(place(n));
    }
    highest_ = to;
  }

  rtp::SequenceUnwrapper unwrapper_;
  std::optional<std::int64_t> highest_;
  std::bitset<kNumbers> used_;
};

}  // namespace ms::peer
