// Writes one RTCP packet and parses it again, for tests.
#pragma once

#include <array>
#include <cstdint>

#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/compound_writer.h"

namespace ms::rtcp {

class TestMessage {
 public:
  TestMessage() = default;
  TestMessage(const TestMessage&) = delete;  // out_ writes into buffer_.
  TestMessage& operator=(const TestMessage&) = delete;

  CompoundWriter& out() { return out_; }
  Bytes bytes() const { return out_.datagram(); }
  PacketView packet() const { return *CompoundView::parse(bytes())->begin(); }

 private:
  std::array<std::uint8_t, 2000> buffer_{};
  CompoundWriter out_{buffer_};
};

}  // namespace ms::rtcp
