// Sends a synthetic stream at its pace through a peer, and each packet once more straight to a
// socket of the tool: the baseline that shows what loopback and scheduling cost without a server.
// Lives on the peer's loop, but may be driven from any thread.
#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "bench/load/peer.h"
#include "bench/load/synthetic_stream.h"
#include "bench/load/udp_socket.h"

namespace ms::load {

class StreamSender {
 public:
  // `baseline`: port 0 means none. Both `peer` and its loop outlive the sender.
  StreamSender(Peer& peer, SyntheticStream stream, const std::string& address,
               std::uint16_t baseline_port);
  ~StreamSender();

  // The first frame is due at once.
  void start();
  // When it returns, no packet is sent any more.
  void pause();

  std::uint64_t packetsSent() const { return packets_sent_; }
  std::uint64_t sendFailures() const { return send_failures_; }
  std::uint64_t keyFrames() const { return key_frames_; }

 private:
  void sendFrame();

  Peer& peer_;
  SyntheticStream stream_;
  UdpSocket baseline_socket_;
  const sockaddr_in baseline_;
  std::unique_ptr<Timer> timer_;
  Timestamp next_frame_{};
  std::atomic<std::uint64_t> packets_sent_{0}, send_failures_{0}, key_frames_{0};
};

}  // namespace ms::load
