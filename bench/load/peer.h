// What the scenarios ask of a light peer, be it WebRTC or plain RTP. It offers one m-line, so that
// the server answers, and sends or receives one stream. Lives on its PeerLoop, and all functions
// are called there.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "bench/load/media_format.h"
#include "bench/load/peer_loop.h"
#include "bench/load/reception.h"
#include "server/base/bytes.h"
#include "server/base/units.h"

namespace ms::load {

enum class Flow { Send, Receive };

// Count: payloads are decrypted up to the first whole key frame only. Whole: always, with times.
enum class Depth { Count, Whole };

struct PeerSettings {
  std::string address;  // Numeric IPv4 of this machine.
  MediaFormat format;
  Flow flow = Flow::Receive;
  Depth depth = Depth::Count;
  Joining joining = Joining::Off;
  std::uint32_t ssrc = 0;  // Of what it sends, reports included.
};

class Peer : public net::PollSet::Owner {
 public:
  Peer(PeerLoop& loop, PeerSettings settings);

  virtual std::string makeOffer() = 0;
  // Throws LoadError when the server did not accept the m-line.
  virtual void takeAnswer(const std::string& answer) = 0;
  // A candidate of the server, as IceCandidateFound has it.
  virtual void addCandidate(const std::string&) {}
  // Media may be sent.
  virtual bool isConnected() const = 0;
  // Every PeerLoop::kTick.
  virtual void tick(Timestamp now) = 0;
  // A plain RTP packet of ours. False: not sent.
  virtual bool sendRtp(Bytes packet) = 0;
  // Datagrams lost in our own sockets: the tool's fault, not the server's.
  virtual std::uint32_t socketDrops() const = 0;

  Reception& reception() { return reception_; }
  PeerLoop& peerLoop() { return loop_; }
  // Since the last call.
  bool takeKeyFrameRequest() { return std::exchange(is_key_frame_asked_, false); }

 protected:
  // Of the socket that media comes to.
  UdpOptions socketOptions() const {
    return {.times = settings_.depth == Depth::Whole ? ArrivalTimes::OfKernel : ArrivalTimes::No,
            .joining = settings_.joining};
  }

  static constexpr std::chrono::seconds kReportInterval{1};

  // Of RTCP in the clear.
  void takeRtcp(Bytes compound);
  // A report on what is received, with REMB; empty before there is anything to report on.
  Bytes makeReport(MutableBytes buffer);
  bool isReportDue(Timestamp now);

  PeerLoop& loop_;
  const PeerSettings settings_;
  Reception reception_;
  net::PollSet::OwnerId poll_id_;

 private:
  bool is_key_frame_asked_ = false;
  Timestamp next_report_{};
};

}  // namespace ms::load
