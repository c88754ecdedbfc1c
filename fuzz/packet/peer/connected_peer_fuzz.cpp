#include <algorithm>
#include <cstdlib>
#include <vector>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/peer/source_port.h"
#include "server/packet/rtp/packet_history.h"

// A connected peer, and at its other end somebody with the keys who does what the input says: seals
// arbitrary bytes as RTP and RTCP, sends well-formed packets, damages, repeats, lets time pass,
// while links come and go. Whatever it is, the connection stays and nothing grows beyond its limit.
namespace {

using namespace ms;
using namespace ms::peer;

class Input {
 public:
  explicit Input(Bytes bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }
  std::vector<std::uint8_t> bytes(std::size_t size) {
    const Bytes taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }

 private:
  Bytes bytes_;
};

class Scenario {
 public:
  explicit Scenario(Bytes bytes) : input_(bytes) {}

  void run() {
    if (!raw_.connect(now_)) std::abort();
    raw_.keep_sent = true;
    link();
    for (int steps = 0; !input_.empty() && steps < 300; ++steps) step();
    check();
  }

 private:
  static constexpr std::size_t kKept = 16;

  void step() {
    switch (input_.byte() % 10) {
      case 0:
        return passTime(std::chrono::milliseconds(input_.byte() * 8));
      case 1:
        return give(raw_.sealRtp(input_.bytes(12 + input_.byte())));
      case 2:
        return give(raw_.sealRtcp(rtcp()));
      case 3:
        return give(raw_.sealRtp(video(RawPeer::kRemote.video)));
      case 4:
        return give(raw_.sealRtp(video(rtp::Ssrc(input_.byte()))));
      case 5:
        return give(raw_.sealRtp(retransmission()));
      case 6:
        return give(input_.bytes(input_.byte()));
      case 7:
        return giveAgain();
      case 8:
        return link();
      case 9:
        return unlink();
    }
  }

  // Its first packet at least is framed rightly, so that what is in it is looked at.
  std::vector<std::uint8_t> rtcp() {
    auto packet = input_.bytes(8 + input_.byte() / 4 * 4);
    packet.resize((packet.size() + 7) / 4 * 4);
    packet[0] = static_cast<std::uint8_t>(0x80 | (packet[0] & 0x1f));
    packet[1] = static_cast<std::uint8_t>(200 + packet[1] % 8);
    storeBe16(packet, 2, static_cast<std::uint16_t>(packet.size() / 4 - 1));
    return packet;
  }

  std::vector<std::uint8_t> video(rtp::Ssrc ssrc) {
    const std::uint16_t number = input_.word();
    const bool key_frame = input_.byte() & 1;
    return vp8Packet(ssrc, number, number * 3000u, key_frame, input_.byte());
  }

  std::vector<std::uint8_t> retransmission() {
    auto packet = video(RawPeer::kRemoteRtx);
    packet[1] = 97;
    storeBe16(packet, 12, input_.word());  // The original number.
    return packet;
  }

  void give(std::vector<std::uint8_t> datagram) {
    if (kept_.size() < kKept) {
      kept_.push_back(datagram);
    } else {
      kept_[input_.byte() % kKept] = datagram;
    }
    raw_.give(std::move(datagram), now_);
  }

  void giveAgain() {
    if (kept_.empty()) return;
    auto datagram = kept_[input_.byte() % kept_.size()];
    if (!datagram.empty() && input_.byte() % 2)
      datagram[input_.word() % datagram.size()] ^= static_cast<std::uint8_t>(input_.byte());
    raw_.give(std::move(datagram), now_);
  }

  void link() {
    auto* source = raw_.peer.source(rtp::MediaKind::Video);
    source->addSink(screen_, now_);
    source->addSink(*raw_.peer.sink(rtp::MediaKind::Video), now_);
  }
  void unlink() {
    raw_.peer.source(rtp::MediaKind::Video)->removeSink(*raw_.peer.sink(rtp::MediaKind::Video));
  }

  void passTime(Duration duration) {
    const Timestamp end = now_ + duration;
    for (int timeouts = 0; raw_.peer.nextTimeout() <= end; ++timeouts) {
      if (timeouts > 5000) std::abort();  // A timer that does not move on.
      now_ = std::max(now_, raw_.peer.nextTimeout());
      raw_.peer.handleTimeout(now_);
    }
    now_ = end;
    check();
  }

  void check() {
    for (const auto& datagram : raw_.sent)
      if (datagram.size() > rtp::kMaxPacketBytes + srtp::SrtpSession::kMaxTrailerBytes)
        std::abort();
    raw_.sent.clear();
    if (raw_.peer.connectionState() != ConnectionState::Connected) std::abort();
    const PeerStatistics statistics = raw_.peer.statistics();
    if (statistics.inbound.size() > 2 * SourcePort::kMaxStreams) std::abort();
    if (raw_.pool.inUse() > rtp::PacketHistory::kPackets + 1) std::abort();
  }

  Input input_;
  Timestamp now_{std::chrono::seconds(1000)};
  RawPeer raw_{1};
  TestSink screen_{rtp::MediaKind::Video};
  std::vector<std::vector<std::uint8_t>> kept_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= 16384) Scenario(Bytes(data, size)).run();
  return 0;
}
