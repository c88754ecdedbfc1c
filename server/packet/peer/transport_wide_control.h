// Transport-wide congestion control of one transport, both ways: counts what we send and estimates
// from the peer's feedback what it can take; remembers what arrives, to give feedback ourselves.
//
// One counter for all media of a transport (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).
// Does nothing where it was not negotiated. Driven by the ports of the transport and by MediaPeer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/packet/bwe/feedback_generator.h"
#include "server/packet/bwe/send_side_estimator.h"
#include "server/packet/rtp/outgoing_header.h"
#include "server/packet/rtp/receive_rate.h"
#include "server/packet/rtp/rtp_view.h"

namespace ms::peer {

inline std::optional<rtp::ExtensionId> extensionId(std::optional<std::uint8_t> negotiated) {
  if (!negotiated) return std::nullopt;
  return rtp::ExtensionId(*negotiated);
}

class TransportWideControl {
 public:
  using Purpose = bwe::SendSideEstimator::Purpose;

  // A packet with the extension `id` of its m-line, whatever becomes of it then.
  void onReceived(const rtp::RtpView& packet, rtp::ExtensionId id, Timestamp now) {
    const auto number = packet.extension(id);
    if (!number || number->size() != 2) return;
    feedback_.onPacket(rtp::SequenceNumber(loadBe16(*number, 0)), now);
    last_received_ = packet.ssrc();
  }

  // The number of the next packet; onSent() says that it went out.
  rtp::TransportSequenceExtension next(rtp::ExtensionId id) {
    return {.id = id, .number = rtp::SequenceNumber(next_number_++)};
  }
  void onSent(const rtp::OutgoingHeader& header, std::size_t bytes, Purpose purpose,
              Timestamp now) {
    if (header.transport_sequence)
      estimator_.onSent(header.transport_sequence->number, bytes, purpose, now);
  }

  // Video gets what audio leaves.
  void onAudio(std::size_t bytes, Timestamp now) { audio_.add(bytes, now); }
  Bitrate audioRate(Timestamp now) const { return audio_.rate(now); }

  bwe::SendSideEstimator& estimator() { return estimator_; }
  const bwe::SendSideEstimator& estimator() const { return estimator_; }
  bwe::FeedbackGenerator& feedback() { return feedback_; }
  const bwe::FeedbackGenerator& feedback() const { return feedback_; }
  rtp::Ssrc lastReceived() const { return last_received_; }

 private:
  std::uint16_t next_number_ = 1;
  bwe::SendSideEstimator estimator_;
  bwe::FeedbackGenerator feedback_;
  rtp::Ssrc last_received_{};
  rtp::ReceiveRate audio_;
};

}  // namespace ms::peer
