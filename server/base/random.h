// Where unpredictable numbers come from: SSRCs, initial sequence numbers, ICE passwords, tokens.
// The packet plane is given a Random&, so that tests decide what it draws.
#pragma once

#include <cstdint>

#include "server/base/bytes.h"

namespace ms {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes bytes) = 0;

  virtual std::uint32_t next32() {
    std::uint8_t bytes[4];
    fill(bytes);
    return loadBe32(bytes, 0);
  }
  std::uint16_t next16() { return static_cast<std::uint16_t>(next32() >> 16); }
  std::uint64_t next64() { return std::uint64_t{next32()} << 32 | next32(); }
};

// The kernel's source (getrandom): fit for keys. Holds nothing, so that any thread may have its
// own. Aborts when the kernel has none, since going on with a guessable number would be worse.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes bytes) override;
};

}  // namespace ms
