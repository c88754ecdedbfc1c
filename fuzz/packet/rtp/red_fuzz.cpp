// The primary block lies at the end of the payload, and is found at the same place after the blocks
// were given another number.
#include "server/packet/rtp/red.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ms;
  const Bytes payload(data, size);
  const auto primary = rtp::redPrimary(payload);
  if (!primary) return 0;
  if (primary->empty() || primary->data() + primary->size() != data + size) std::abort();
  std::vector<std::uint8_t> changed(payload.begin(), payload.end());
  rtp::renumberRed(changed, rtp::PayloadType(109));
  const auto again = rtp::redPrimary(changed);
  if (!again || again->size() != primary->size()) std::abort();
  return 0;
}
