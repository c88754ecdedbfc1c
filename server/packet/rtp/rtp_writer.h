// Makes the bytes of an outgoing RTP packet (RFC 3550 §5.1).
//
// Header extensions of the incoming packet are numbered by its sender and mean nothing to the sink:
// they are left out, but for abs-send-time and the transport-wide number, which are written anew.
// Padding is left out, CSRCs stay.
#pragma once

#include <cstddef>
#include <expected>

#include "server/base/bytes.h"
#include "server/packet/rtp/drop.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::rtp {

// What of the incoming payload goes out: all of it, or the primary block of redundant audio. Drop:
// of redPrimary().
std::expected<Bytes, Drop> forwardedPayload(const RtpView& incoming, const OutgoingHeader& header);

// The bytes written: TooLong when `out` cannot hold them, or as of forwardedPayload().
// `out` must not overlap the incoming packet.
std::expected<std::size_t, Drop> writeForwarded(const RtpView& incoming,
                                                const OutgoingHeader& header, MutableBytes out);

// The same as a packet of a retransmission stream (RFC 4588 §4): `header` is that of the packet
// sent first, with ssrc, payload_type, sequence_number and extensions of the retransmission;
// `original` is the sequence number that it was sent under.
std::expected<std::size_t, Drop> writeRetransmission(const RtpView& incoming,
                                                     const OutgoingHeader& header,
                                                     SequenceNumber original, MutableBytes out);

// A packet that carries nothing, to fill a link: `padding` bytes, 1..255 (RFC 3550 §5.1).
std::expected<std::size_t, Drop> writePadding(const OutgoingHeader& header, std::uint8_t padding,
                                              MutableBytes out);

// The same for a payload of our own making, without CSRCs.
std::expected<std::size_t, Drop> writeRtp(const OutgoingHeader& header, Bytes payload,
                                          MutableBytes out);

}  // namespace ms::rtp
