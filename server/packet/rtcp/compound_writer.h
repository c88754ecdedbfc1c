// Collects RTCP packets into one datagram of bounded size. What does not fit is refused whole and
// leaves the datagram as it was.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/base/bytes.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::rtcp {

class CompoundWriter {
 public:
  // Fits every path we know, with SRTCP's index and tag (RFC 3711 §3.4) and tunnels left room.
  static constexpr std::size_t kDefaultMtu = 1200;

  // Writes into `buffer`, kDefaultMtu bytes of it at most unless `mtu` says otherwise.
  explicit CompoundWriter(MutableBytes buffer, std::size_t mtu = kDefaultMtu);

  // Appends a packet's header and gives its body (a multiple of 4 bytes) to be filled at once;
  // empty when there is no room.
  MutableBytes append(PacketType type, std::uint8_t count, std::size_t body_bytes);

  std::size_t room() const { return buffer_.size() - used_; }
  Bytes datagram() const { return buffer_.first(used_); }
  bool empty() const { return used_ == 0; }
  void clear() { used_ = 0; }

 private:
  MutableBytes buffer_;
  std::size_t used_ = 0;
};

}  // namespace ms::rtcp
