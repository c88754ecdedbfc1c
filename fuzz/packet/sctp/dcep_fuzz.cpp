#include "server/packet/sctp/dcep.h"

#include <cstdlib>

// What is read is written and read again the same, within the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ms::sctp;
  const auto parsed = parseOpen({data, size});
  if (!parsed) return 0;
  if (parsed->label.size() > kMaxLabelBytes || parsed->protocol.size() > kMaxLabelBytes)
    std::abort();
  if (parseOpen(writeOpen(*parsed)) != parsed) std::abort();
  return 0;
}
