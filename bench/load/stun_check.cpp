#include "bench/load/stun_check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace ms::load {
namespace {

constexpr std::size_t kHeaderBytes = 20;
constexpr std::uint32_t kMagicCookie = 0x2112a442;
constexpr std::uint16_t kRequest = 0x0001, kSuccess = 0x0101;
constexpr std::uint16_t kUsername = 0x0006, kMessageIntegrity = 0x0008, kXorMappedAddress = 0x0020,
                        kPriority = 0x0024, kUseCandidate = 0x0025, kFingerprint = 0x8028,
                        kIceControlling = 0x802a;
constexpr std::uint32_t kPeerReflexivePriority = 0x6e0001ff;  // RFC 8445 §5.1.2.1, type 110.

std::uint32_t crc32(Bytes bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

class Writer {
 public:
  Writer(std::uint16_t type, const TransactionId& transaction) : bytes_(kHeaderBytes) {
    storeBe16(bytes_, 0, type);
    storeBe32(bytes_, 4, kMagicCookie);
    std::ranges::copy(transaction, bytes_.begin() + 8);
  }

  void attribute(std::uint16_t type, Bytes value) {
    put16(type);
    put16(static_cast<std::uint16_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    setLength(bytes_.size());
  }
  void attribute(std::uint16_t type, std::uint32_t value) {
    std::uint8_t bytes[4];
    storeBe32(bytes, 0, value);
    attribute(type, Bytes(bytes));
  }

  // Both cover what stands before them, with a length that counts them already.
  std::vector<std::uint8_t> seal(const std::string& password) {
    setLength(bytes_.size() + 24);
    std::uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), bytes_.data(),
         bytes_.size(), digest, &size);
    attribute(kMessageIntegrity, Bytes(digest, size));
    setLength(bytes_.size() + 8);
    attribute(kFingerprint, crc32(bytes_) ^ 0x5354554e);
    return std::move(bytes_);
  }

 private:
  void put16(std::uint16_t value) {
    bytes_.resize(bytes_.size() + 2);
    storeBe16(bytes_, bytes_.size() - 2, value);
  }
  void setLength(std::size_t total) {
    storeBe16(bytes_, 2, static_cast<std::uint16_t>(total - kHeaderBytes));
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace

std::optional<StunHeader> StunHeader::parse(Bytes datagram) {
  if (datagram.size() < kHeaderBytes || loadBe32(datagram, 4) != kMagicCookie) return std::nullopt;
  StunHeader header;
  const std::uint16_t type = loadBe16(datagram, 0);
  if (type == kRequest) header.kind = StunKind::BindingRequest;
  if (type == kSuccess) header.kind = StunKind::BindingSuccess;
  std::ranges::copy(datagram.subspan(8, 12), header.transaction.begin());
  return header;
}

std::vector<std::uint8_t> writeCheck(const Check& check) {
  Writer writer(kRequest, check.transaction);
  const auto* username = reinterpret_cast<const std::uint8_t*>(check.username.data());
  writer.attribute(kUsername, Bytes(username, check.username.size()));
  writer.attribute(kPriority, kPeerReflexivePriority);
  std::uint8_t tie_breaker[8];
  storeBe64(tie_breaker, 0, check.tie_breaker);
  writer.attribute(kIceControlling, Bytes(tie_breaker));
  if (check.nomination == Nomination::Yes) writer.attribute(kUseCandidate, Bytes());
  return writer.seal(check.password);
}

std::vector<std::uint8_t> writeCheckAnswer(const TransactionId& transaction,
                                           const sockaddr_in& source, const std::string& password) {
  Writer writer(kSuccess, transaction);
  std::uint8_t address[8] = {0, 1};
  storeBe16(address, 2, static_cast<std::uint16_t>(ntohs(source.sin_port) ^ kMagicCookie >> 16));
  storeBe32(address, 4, ntohl(source.sin_addr.s_addr) ^ kMagicCookie);
  writer.attribute(kXorMappedAddress, Bytes(address));
  return writer.seal(password);
}

}  // namespace ms::load
