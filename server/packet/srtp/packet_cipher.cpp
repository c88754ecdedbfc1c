#include "server/packet/srtp/packet_cipher.h"

#include "server/packet/srtp/aead_cipher.h"
#include "server/packet/srtp/counter_mode_cipher.h"

namespace ms::srtp {

std::unique_ptr<PacketCipher> makePacketCipher(const SessionKeys& keys, Direction direction) {
  if (isAead(keys.profile)) return AeadCipher::make(keys, direction);
  return CounterModeCipher::make(keys, direction);
}

}  // namespace ms::srtp
