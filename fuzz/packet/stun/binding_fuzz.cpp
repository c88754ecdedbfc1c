#include "server/packet/stun/binding.h"

#include <algorithm>
#include <cstdlib>

// What is taken for an answer carries the id that was asked with, and its length is its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ms::Bytes datagram(data, size);
  ms::stun::TransactionId id{};
  if (size >= ms::stun::kHeaderBytes) std::copy_n(data + 8, id.size(), id.begin());
  const auto address = ms::stun::parseBindingAnswer(datagram, id);
  if (!address) return 0;
  if (size < ms::stun::kHeaderBytes + 12) std::abort();
  if (ms::loadBe16(datagram, 2) + ms::stun::kHeaderBytes != size) std::abort();
  id[0] ^= 1;
  if (ms::stun::parseBindingAnswer(datagram, id)) std::abort();
  return 0;
}
