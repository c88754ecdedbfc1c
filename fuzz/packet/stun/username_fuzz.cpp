#include "server/packet/stun/username.h"

#include <cstdlib>

// A user name lies within its message, and only a STUN message has one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ms::Bytes message(data, size);
  const std::string_view username = ms::stun::usernameOf(message);
  if (username.empty()) return 0;
  const auto* const first = reinterpret_cast<const std::uint8_t*>(username.data());
  if (first < data || first + username.size() > data + size) std::abort();
  if (!ms::stun::isStunMessage(message)) std::abort();
  return 0;
}
