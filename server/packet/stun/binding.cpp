#include "server/packet/stun/binding.h"

#include <algorithm>
#include <optional>

namespace ms::stun {
namespace {

constexpr std::size_t kAttributeHeaderBytes = 4;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::uint16_t kBindingRequest = 0x0001;
constexpr std::uint16_t kBindingSuccess = 0x0101;
constexpr std::uint16_t kBindingError = 0x0111;
constexpr std::uint16_t kMappedAddress = 0x0001;
constexpr std::uint16_t kXorMappedAddress = 0x0020;

constexpr std::size_t kCookieAt = 4;
constexpr std::size_t kIdAt = 8;

//  0                   1                   2                   3
// +---------------+---------------+-------------------------------+
// |       0       |    family     |             port              |
// +---------------+---------------+-------------------------------+
// |                address (32 bits or 128 bits)                  |
std::optional<MappedAddress> readAddress(Bytes value) noexcept {
  constexpr std::size_t kAddressAt = 4;
  if (value.size() < kAddressAt) return std::nullopt;
  const bool is_ipv4 = value[1] == 1;
  const bool is_ipv6 = value[1] == 2;
  const std::size_t size = is_ipv4 ? 4 : 16;
  if (!(is_ipv4 || is_ipv6) || value.size() != kAddressAt + size) return std::nullopt;
  MappedAddress address;
  address.family = is_ipv4 ? MappedAddress::Family::Ipv4 : MappedAddress::Family::Ipv6;
  address.port = loadBe16(value, 2);
  std::ranges::copy(value.subspan(kAddressAt), address.bytes.begin());
  return address;
}

// RFC 8489, section 14.2: the port with the cookie's first half, the address with cookie and id,
// which follow each other in the header.
MappedAddress unmask(MappedAddress address, Bytes header) noexcept {
  address.port ^= loadBe16(header, kCookieAt);
  const std::size_t size = address.family == MappedAddress::Family::Ipv4 ? 4 : 16;
  for (std::size_t i = 0; i < size; ++i) address.bytes[i] ^= header[kCookieAt + i];
  return address;
}

}  // namespace

std::array<std::uint8_t, kHeaderBytes> writeBindingRequest(const TransactionId& id) noexcept {
  std::array<std::uint8_t, kHeaderBytes> request{};  // Its length: no attributes.
  storeBe16(request, 0, kBindingRequest);
  storeBe32(request, kCookieAt, kMagicCookie);
  std::ranges::copy(id, request.begin() + kIdAt);
  return request;
}

std::expected<MappedAddress, BindingDrop> parseBindingAnswer(Bytes datagram,
                                                             const TransactionId& id) noexcept {
  if (datagram.size() < kHeaderBytes || loadBe32(datagram, kCookieAt) != kMagicCookie)
    return std::unexpected(BindingDrop::NotStun);
  const std::uint16_t type = loadBe16(datagram, 0);
  const bool is_answer = type == kBindingSuccess || type == kBindingError;
  if (!is_answer || !std::ranges::equal(datagram.subspan(kIdAt, id.size()), id))
    return std::unexpected(BindingDrop::NotOurs);
  if (loadBe16(datagram, 2) != datagram.size() - kHeaderBytes)
    return std::unexpected(BindingDrop::BadLength);
  if (type == kBindingError) return std::unexpected(BindingDrop::Error);

  std::optional<MappedAddress> plain;
  Bytes rest = datagram.subspan(kHeaderBytes);
  while (rest.size() >= kAttributeHeaderBytes) {
    const std::uint16_t attribute = loadBe16(rest, 0);
    const std::size_t length = loadBe16(rest, 2);
    const std::size_t padded = (length + 3) & ~std::size_t{3};
    if (kAttributeHeaderBytes + padded > rest.size())
      return std::unexpected(BindingDrop::BadLength);
    const auto address = readAddress(rest.subspan(kAttributeHeaderBytes, length));
    if (attribute == kXorMappedAddress && address) return unmask(*address, datagram);
    if (attribute == kMappedAddress && address) plain = address;
    rest = rest.subspan(kAttributeHeaderBytes + padded);
  }
  if (!plain) return std::unexpected(BindingDrop::NoAddress);
  return *plain;
}

}  // namespace ms::stun
