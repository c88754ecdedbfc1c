#include "bench/load/stream_sender.h"

#include <utility>

namespace ms::load {

StreamSender::StreamSender(Peer& peer, SyntheticStream stream, const std::string& address,
                           std::uint16_t baseline_port)
    : peer_(peer),
      stream_(std::move(stream)),
      baseline_socket_(address),
      baseline_(socketAddress(address, baseline_port)) {
  Loop& loop = peer_.peerLoop().loop();
  loop.runAndWait([&] { timer_ = std::make_unique<Timer>(loop); });
}

StreamSender::~StreamSender() {
  peer_.peerLoop().loop().runAndWait([this] { timer_.reset(); });
}

void StreamSender::start() {
  peer_.peerLoop().loop().runAndWait([this] {
    next_frame_ = Loop::now();
    sendFrame();
  });
}

void StreamSender::pause() {
  peer_.peerLoop().loop().runAndWait([this] { timer_->cancel(); });
}

void StreamSender::sendFrame() {
  if (peer_.takeKeyFrameRequest()) stream_.requestKeyFrame();
  auto& packets = stream_.nextFrame();
  for (SyntheticStream::Packet& packet : packets) {
    stampSendTime(packet, wallClock());
    const bool sent = peer_.sendRtp(packet);
    ++(sent ? packets_sent_ : send_failures_);
  }
  if (baseline_.sin_port != 0) {
    for (SyntheticStream::Packet& packet : packets) {
      stampSendTime(packet, wallClock());
      baseline_socket_.send(packet, baseline_);
    }
  }
  key_frames_ = stream_.keyFrames();
  next_frame_ += stream_.frameInterval();
  timer_->startAt(next_frame_, [this] { sendFrame(); });
}

}  // namespace ms::load
