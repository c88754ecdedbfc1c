// Redundant audio (RFC 2198): copies of older sound in front of the newest, the primary block. Each
// block says by a payload type what it is; another peer may know that by another number, or want no
// redundancy at all.
//
//   |1|  block PT   |   timestamp offset (14)   | block length (10) |   of each redundant block
//   |0|  block PT   |                                                  of the primary one, last
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

// What a sink makes of it.
struct RedConversion {
  enum class Form : std::uint8_t { AllBlocks, PrimaryOnly };
  Form form = Form::AllBlocks;
  PayloadType block;  // What the sink's peer calls the codec inside. Of AllBlocks.
};

// The primary block's bytes. BadPayload when the blocks do not fit into the payload, EmptyPayload
// when the primary one is empty.
std::expected<Bytes, Drop> redPrimary(Bytes payload) noexcept;

// Writes `block` into the header of each block of a payload that redPrimary() takes.
void renumberRed(MutableBytes payload, PayloadType block) noexcept;

}  // namespace ms::rtp
