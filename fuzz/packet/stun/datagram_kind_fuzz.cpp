#include "server/packet/stun/datagram_kind.h"

#include <cstdlib>

// A datagram that gets a kind is long enough for the fixed header that its parser reads first.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using ms::stun::DatagramKind;
  const auto kind = ms::stun::datagramKind(ms::Bytes(data, size));
  if (!kind) return 0;
  if (*kind == DatagramKind::Stun && (size < 20 || data[0] > 3)) std::abort();
  if (*kind == DatagramKind::Dtls && size < 13) std::abort();
  if (*kind == DatagramKind::Rtp && (size < 12 || data[0] >> 6 != 2)) std::abort();
  if (*kind == DatagramKind::Rtcp && (size < 8 || data[0] >> 6 != 2)) std::abort();
  return 0;
}
