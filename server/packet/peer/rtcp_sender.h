// Sends feedback about what the peer sends, in the name of one of our SSRCs. Reduced-size
// RTCP is not negotiated, so each goes out as a compound with a report and a CNAME in front
// (RFC 3550 §6.1, RFC 4585 §3.1).
#pragma once

#include <span>
#include <string>

#include "server/base/units.h"
#include "server/packet/bwe/feedback_generator.h"
#include "server/packet/peer/transport.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtp/types.h"

namespace ms::peer {

class RtcpSender {
 public:
  RtcpSender(Transport& transport, rtp::Ssrc local, std::string cname)
      : transport_(transport), local_(local), cname_(std::move(cname)) {}

  bool canSend() const { return transport_.isConnected(); }
  rtp::Ssrc local() const { return local_; }
  const std::string& cname() const { return cname_; }

  void sendPli(rtp::Ssrc media);
  void sendFir(rtp::Ssrc media);  // Each one is a new request.
  // Returns how many of `numbers` were asked for: all that fit in one datagram.
  std::size_t sendNack(rtp::Ssrc media, std::span<const rtp::SequenceNumber> numbers);
  // What is due; false when nothing is.
  bool sendTransportCc(bwe::FeedbackGenerator& feedback, rtp::Ssrc media, Timestamp now);
  void sendRemb(Bitrate bitrate, std::span<const rtp::Ssrc> media);

 private:
  template <class WriteFeedback>
  void send(WriteFeedback&& write);

  Transport& transport_;
  const rtp::Ssrc local_;
  const std::string cname_;
  std::uint8_t fir_number_ = 0;
};

}  // namespace ms::peer
