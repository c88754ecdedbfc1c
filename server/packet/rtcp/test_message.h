// Writes one RTCP packet and parses it again, for tests.
#pragma once

#include <array>
#include <cstdint>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/compound_writer.h"

namespace ms::rtcp {

class TestMessage {
 public:
  CompoundWriter& out() { return out_; }
  Bytes bytes() const { return out_.datagram(); }
  PacketView packet() const { return *CompoundView::parse(bytes())->begin(); }

 private:
  std::array<std::uint8_t, 2000> buffer_{};
  CompoundWriter out_{buffer_};
};

}  // namespace ms::rtcp
