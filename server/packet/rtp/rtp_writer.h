// Makes the bytes of an outgoing RTP packet (RFC 3550 §5.1).
//
// Header extensions of the incoming packet are numbered by its sender and mean nothing to the sink:
// they are left out, but for abs-send-time, which is written anew. Padding is left out, CSRCs stay.
#pragma once

#include <cstddef>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::rtp {

// The bytes written: TooLong when `out` cannot hold them.
// `out` must not overlap the incoming packet.
std::expected<std::size_t, Drop> writeForwarded(const RtpView& incoming,
                                                const OutgoingHeader& header, MutableBytes out);

// The same for a payload of our own making, without CSRCs.
std::expected<std::size_t, Drop> writeRtp(const OutgoingHeader& header, Bytes payload,
                                          MutableBytes out);

}  // namespace ms::rtp
