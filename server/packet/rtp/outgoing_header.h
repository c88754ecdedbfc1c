// All that a sink changes in a packet it sends on. Together with the bytes that came in it gives
// the bytes that go out, each time the same: a retransmission under one SRTP index must not differ
// from the original in a single bit, or it would betray the key stream.
#pragma once

#include <optional>

#include "server/packet/rtp/abs_send_time.h"
#include "server/packet/rtp/picture_ids.h"
#include "server/packet/rtp/red.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/types.h"

namespace ms::rtp {

struct AbsSendTimeExtension {
  ExtensionId id;  // The sink's: 1..14.
  AbsSendTime time;
};

// The transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
struct TransportSequenceExtension {
  ExtensionId id;  // The sink's: 1..14.
  SequenceNumber number;
};

struct OutgoingHeader {
  Ssrc ssrc;
  RtpTimestamp timestamp;
  SequenceNumber sequence_number;
  PayloadType payload_type;
  bool marker = false;
  std::optional<PictureIds> picture_ids;
  std::optional<AbsSendTimeExtension> abs_send_time;
  std::optional<TransportSequenceExtension> transport_sequence = std::nullopt;
  std::optional<RedConversion> red = std::nullopt;  // Of redundant audio.
};

}  // namespace ms::rtp
