// What we keep of one SSRC that the peer sends media on.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/units.h"
#include "server/packet/peer/payload_types.h"
#include "server/packet/peer/sequence_window.h"
#include "server/packet/rtp/frame_counter.h"
#include "server/packet/rtp/frame_size.h"
#include "server/packet/rtp/nack_tracker.h"
#include "server/packet/rtp/packet_pool.h"
#include "server/packet/rtp/receive_rate.h"
#include "server/packet/rtp/receive_statistics.h"
#include "server/packet/rtp/rtp_view.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

struct InboundStream {
  InboundStream(rtp::Ssrc ssrc_, const PayloadTypeEntry& entry, Timestamp now)
      : ssrc(ssrc_),
        payload(&entry),
        // SRTP has proved whose packet it is, so no probation is needed.
        statistics(ssrc_, entry.format.clock_rate, rtp::ReceiveStatistics::Trust::Announced),
        last_arrival(now) {
    if (entry.nack) losses.emplace();
  }

  // Of video only.
  void noteFrame(const rtp::RtpView& packet, Timestamp now) {
    frames.add(packet.timestamp(), now);
    if (const auto size = rtp::frameSizeOf(payload->format.codec, packet.payload()))
      frame_size = *size;
  }

  rtp::Ssrc ssrc;
  std::uint8_t layer = 0;           // Of a simulcast.
  const PayloadTypeEntry* payload;  // Of the newest packet.
  rtp::ReceiveStatistics statistics;
  SequenceWindow taken;  // Numbers that went on: neither a copy nor a late original comes after.
  // Whose number is far from all others: if the next one follows it, the sender began anew with it.
  rtp::PacketRef stray;
  std::optional<rtp::NackTracker> losses;  // Only where the peer sends again.
  rtp::ReceiveRate rate;
  rtp::FrameCounter frames;
  rtp::FrameSize frame_size;
  Timestamp last_arrival;
  bool ended = false;  // The peer said BYE.
};

}  // namespace ms::peer
