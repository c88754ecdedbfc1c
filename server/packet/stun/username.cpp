#include "server/packet/stun/username.h"

namespace ms::stun {
namespace {

constexpr std::size_t kHeaderBytes = 20;
constexpr std::size_t kAttributeHeaderBytes = 4;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::uint16_t kClassBits = 0x0110;
constexpr std::uint16_t kUsername = 0x0006;

}  // namespace

//  0                   1                   2                   3
// +---+---------------------------+-------------------------------+
// |0 0|      type (14 bits)       |        length, 4-aligned      |
// +---+---------------------------+-------------------------------+
// |                         magic cookie                          |
// +---------------------------------------------------------------+
// |                  transaction id (96 bits)                     |
bool isStunMessage(Bytes datagram) noexcept {
  return datagram.size() >= kHeaderBytes && datagram[0] <= 3 &&
         loadBe32(datagram, 4) == kMagicCookie;
}

bool isRequest(Bytes message) noexcept { return (loadBe16(message, 0) & kClassBits) == 0; }

// Attributes: type, length, value, padded to 4 bytes.
std::string_view usernameOf(Bytes message) noexcept {
  if (!isStunMessage(message)) return {};
  Bytes rest = message.subspan(kHeaderBytes);
  while (rest.size() >= kAttributeHeaderBytes) {
    const std::uint16_t type = loadBe16(rest, 0);
    const std::size_t length = loadBe16(rest, 2);
    rest = rest.subspan(kAttributeHeaderBytes);
    if (length > rest.size()) return {};
    if (type == kUsername) return {reinterpret_cast<const char*>(rest.data()), length};
    const std::size_t padded = (length + 3) & ~std::size_t{3};
    if (padded > rest.size()) return {};
    rest = rest.subspan(padded);
  }
  return {};
}

bool isAddressedTo(std::string_view username, std::string_view ufrag) noexcept {
  return !ufrag.empty() && username.size() > ufrag.size() && username.starts_with(ufrag) &&
         username[ufrag.size()] == ':';
}

}  // namespace ms::stun
