// Retransmission payloads (RFC 4588 §4): a packet of its own stream whose payload begins with the
// original sequence number. Pure functions on bytes.
#pragma once

#include <cstddef>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

struct RtxStream {
  Ssrc ssrc;
  PayloadType payload_type;
};

// Wraps `original` as packet `number` of the retransmission stream `rtx`; the timestamp, marker,
// CSRCs and header extensions stay, padding goes. Returns the bytes written. TooLong when they do
// not fit.
std::expected<std::size_t, Drop> wrapRtx(const RtpView& original, const RtxStream& rtx,
                                         SequenceNumber number, MutableBytes out);

// Restores the packet of stream `original` that `packet` carries. EmptyPayload when it carries
// none: senders probe bandwidth with padding on the retransmission stream.
std::expected<std::size_t, Drop> unwrapRtx(const RtpView& packet, const RtxStream& original,
                                           MutableBytes out);

}  // namespace ms::rtp
