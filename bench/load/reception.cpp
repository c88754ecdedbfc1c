#include "bench/load/reception.h"

#include "bench/load/synthetic_stream.h"
#include "server/packet/rtp/key_frame.h"

namespace ms::load {
namespace {

constexpr std::uint64_t kFirstCycle = 1
                                      << 16;  // So that what comes before the first is not below 0.

}  // namespace

std::uint64_t Reception::extended(rtp::SequenceNumber number) const {
  if (packets_ == 0) return kFirstCycle + *number;
  const auto step = static_cast<std::int16_t>(*number - static_cast<std::uint16_t>(highest_));
  return highest_ + static_cast<std::uint64_t>(std::int64_t{step});
}

bool Reception::count(Bytes packet, Timestamp now) {
  if (packet.size() < rtp::RtpView::kFixedHeaderBytes || packet[0] >> 6 != 2) return false;
  const rtp::Ssrc ssrc(loadBe32(packet, 8));
  if (!ssrc_) ssrc_ = ssrc;
  if (*ssrc_ != ssrc) {
    ++other_streams_;
    return false;
  }
  const std::uint64_t number = extended(rtp::SequenceNumber(loadBe16(packet, 2)));
  if (packets_ == 0) {
    lowest_ = highest_ = number;
    first_packet_at_ = now;
  } else if (number > highest_) {
    for (std::uint64_t missing = highest_ + 1; missing < number; ++missing)
      seen_.reset(missing % kWindow);
    highest_ = number;
  } else if (seen_.test(number % kWindow)) {
    ++duplicates_;
    return false;
  }
  lowest_ = std::min(lowest_, number);
  seen_.set(number % kWindow);
  ++packets_;
  bytes_ += packet.size();
  return true;
}

void Reception::look(const rtp::RtpView& packet, Nanoseconds arrival, Timestamp now) {
  if (!first_frame_at_) followKeyFrame(packet, now);
  if (!is_timing_ || arrival == Nanoseconds(0)) return;
  if (const auto sent = readSendTime(packet.payload())) latencies_.push_back(arrival - *sent);
}

// From the packet that begins a key frame to the one with the marker, without a gap.
void Reception::followKeyFrame(const rtp::RtpView& packet, Timestamp now) {
  if (!rtp::hasKeyFrames(codec_)) {
    first_frame_at_ = now;
    return;
  }
  const std::uint16_t number = *packet.sequenceNumber();
  if (rtp::isKeyFrameStart(codec_, packet.payload())) {
    key_frame_next_ = number;
    key_frame_timestamp_ = packet.timestamp();
  }
  if (key_frame_next_ != number || key_frame_timestamp_ != packet.timestamp()) {
    key_frame_next_.reset();
    return;
  }
  key_frame_next_ = static_cast<std::uint16_t>(number + 1);
  if (packet.marker()) first_frame_at_ = now;
}

void Reception::startLatency() {
  latencies_.clear();
  is_timing_ = true;
}

}  // namespace ms::load
