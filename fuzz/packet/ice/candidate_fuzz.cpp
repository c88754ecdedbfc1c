#include "server/packet/ice/candidate.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

// Whatever the bytes: a candidate that parses comes back from its text, unless the text became too
// long, and names an address that an agent or a resolver can be given.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto candidate = ms::ice::Candidate::parse(text);
  if (!candidate) return 0;

  if (!ms::ice::addressKind(candidate->address)) std::abort();
  const std::string written = ms::ice::write(*candidate);
  if (written.find_first_of("\r\n") != std::string::npos) std::abort();
  if (written.size() > ms::ice::Candidate::kMaxBytes) return 0;
  const auto again = ms::ice::Candidate::parse(written);
  if (!again || *again != *candidate) std::abort();
  return 0;
}
