// What one sink has seen of its stream. The header of an RTP packet is in the clear also in SRTP:
// counting needs no keys. What is inside (a whole key frame, the time of sending) is for those that
// decrypt.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "bench/load/media_format.h"
#include "bench/load/udp_socket.h"
#include "server/base/units.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::load {

class Reception {
 public:
  explicit Reception(rtp::Codec codec) : codec_(codec) {}

  // Any RTP packet, protected or not. False: another stream's, a duplicate, or no RTP.
  bool count(Bytes packet, Timestamp now);
  // After count(), with the payload in the clear. `arrival` 0: not known.
  void look(const rtp::RtpView& packet, Nanoseconds arrival, Timestamp now);

  std::uint64_t packets() const { return packets_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t otherStreams() const { return other_streams_; }
  // Missing between the first and the last number seen.
  std::uint64_t gaps() const { return packets_ ? highest_ - lowest_ + 1 - packets_ : 0; }
  std::optional<rtp::Ssrc> ssrc() const { return ssrc_; }
  std::uint32_t highestSequenceNumber() const { return static_cast<std::uint32_t>(highest_); }

  std::optional<Timestamp> firstPacketAt() const { return first_packet_at_; }
  // The end of the first key frame that came whole; of audio the first packet.
  std::optional<Timestamp> firstFrameAt() const { return first_frame_at_; }

  // Send to receive, one per packet since startLatency().
  const std::vector<Nanoseconds>& latencies() const { return latencies_; }
  void startLatency();
  void stopLatency() { is_timing_ = false; }

 private:
  static constexpr std::size_t kWindow = 4096;  // Packets within which a duplicate is known.

  std::uint64_t extended(rtp::SequenceNumber number) const;
  void followKeyFrame(const rtp::RtpView& packet, Timestamp now);

  const rtp::Codec codec_;
  std::optional<rtp::Ssrc> ssrc_;
  std::uint64_t lowest_ = 0, highest_ = 0;
  std::bitset<kWindow> seen_;
  std::uint64_t packets_ = 0, bytes_ = 0, duplicates_ = 0, other_streams_ = 0;
  std::optional<Timestamp> first_packet_at_, first_frame_at_;
  std::optional<std::uint16_t> key_frame_next_;  // The number that goes on with it.
  rtp::RtpTimestamp key_frame_timestamp_;
  std::vector<Nanoseconds> latencies_;
  bool is_timing_ = false;
};

}  // namespace ms::load
