// The promise of the packet plane: once warm, a packet is forwarded from a publisher to viewers
// without touching the heap and without a lock, in our code and in libcrypto's.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/packet/peer/delivery_queue.h"
#include "server/packet/peer/forwarding_cost/counted_calls.h"
#include "server/packet/peer/raw_peer.h"
#include "server/packet/rtcp/compound_writer.h"
#include "server/packet/rtcp/key_frame_requests.h"
#include "server/packet/rtcp/nack.h"
#include "server/packet/rtcp/receiver_report.h"
#include "server/packet/rtcp/remb.h"
#include "server/packet/rtcp/sender_report.h"
#include "server/packet/rtp/rtx.h"
#include "server/packet/srtp/test_keys.h"
#include "server/packet/stun/datagram_kind.h"

namespace ms::peer {
namespace {

using namespace std::chrono_literals;
using rtp::MediaKind;

constexpr std::size_t kViewers = 3;
constexpr Duration kStep = 10ms;
constexpr int kWarmUpSteps = 3000, kMeasuredSteps = 3000;

RawPeer::Datagram opusPacket(std::uint16_t number) {
  RawPeer::Datagram packet(12 + 80, 0x33);
  packet[0] = 0x80;
  packet[1] = 111;
  storeBe16(packet, 2, number);
  storeBe32(packet, 4, number * 960u);
  storeBe32(packet, 8, *RawPeer::kRemote.audio);
  return packet;
}

// A call in which something of everything happens; only what the server's peers do is counted.
class CountedCall {
 public:
  explicit CountedCall(srtp::Profile profile) : profile_(profile) {
    for (std::uint32_t i = 0; i < kViewers; ++i)
      viewers_.push_back(std::make_unique<RawPeer>(10 + i, std::span(&profile_, 1)));
  }

  bool connect() {
    if (!publisher_.connect(now_)) return false;
    for (const auto& viewer : viewers_) {
      if (!viewer->connect(now_)) return false;
      viewer->on_sent = [this, &viewer = *viewer](Bytes datagram) { noteSent(viewer, datagram); };
      for (const auto kind : {MediaKind::Audio, MediaKind::Video})
        publisher_.peer.source(kind)->addSink(*viewer->peer.sink(kind), now_);
    }
    return true;
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) step();
  }

  std::uint64_t sentToViewers() const {
    std::uint64_t sent = 0;
    for (const auto& viewer : viewers_) sent += viewer->datagrams_sent;
    return sent;
  }
  const MediaPeer& publisher() const { return publisher_.peer; }
  const MediaPeer& viewer() const { return viewers_.front()->peer; }

 private:
  void step();
  void publish();
  void publishVideo(std::uint16_t number);
  void complain(RawPeer& viewer);
  void noteSent(RawPeer& viewer, Bytes datagram);

  void give(RawPeer& to, RawPeer::Datagram datagram) {
    CountedCalls counted;
    to.peer.receive(0, datagram, now_);
  }
  template <class Write>
  void giveRtcp(RawPeer& to, Write&& write) {
    std::array<std::uint8_t, 500> buffer{};
    rtcp::CompoundWriter out(buffer);
    write(out);
    give(to, to.sealRtcp(out.datagram()));
  }
  void deliver() {
    CountedCalls counted;
    deliveries_.deliver(now_);
  }
  void handleTimeouts(RawPeer& of) {
    CountedCalls counted;
    if (of.peer.nextTimeout() <= now_) of.peer.handleTimeout(now_);
  }

  const srtp::Profile profile_;
  Timestamp now_{1000s};
  int step_ = 0;
  std::uint16_t rtx_number_ = 0;
  std::optional<rtp::SequenceNumber> last_sent_;  // Video, to the first viewer.
  DeliveryQueue deliveries_{[] {}};               // Each step is a turn.
  RawPeer publisher_{1, std::span(&profile_, 1), &deliveries_};
  std::vector<std::unique_ptr<RawPeer>> viewers_;
};

void CountedCall::step() {
  publish();
  deliver();
  for (const auto& viewer : viewers_) complain(*viewer);
  now_ += kStep;
  handleTimeouts(publisher_);
  for (const auto& viewer : viewers_) handleTimeouts(*viewer);
  ++step_;
}

// Every tenth packet of video comes late: by turns as it was and as RTX.
void CountedCall::publish() {
  const auto number = static_cast<std::uint16_t>(step_);
  const auto before = static_cast<std::uint16_t>(number - 3);
  if (number % 10 != 7) publishVideo(number);
  if (before % 20 == 7) publishVideo(before);
  if (before % 20 == 17) {
    RawPeer::Datagram wrapped(1500);
    const auto missing = vp8Packet(RawPeer::kRemote.video, before, before * 900u, false, 1100);
    wrapped.resize(*rtp::wrapRtx(*rtp::RtpView::parse(missing),
                                 {RawPeer::kRemoteRtx, rtp::PayloadType(97)},
                                 rtp::SequenceNumber(rtx_number_++), wrapped));
    give(publisher_, publisher_.sealRtp(wrapped));
  }
  if (step_ % 2 == 0)
    give(publisher_, publisher_.sealRtp(opusPacket(static_cast<std::uint16_t>(step_ / 2))));
  if (step_ % 50 != 0) return;
  giveRtcp(publisher_, [this](rtcp::CompoundWriter& out) {
    const auto seconds = static_cast<std::uint64_t>(step_) / 100;
    rtcp::writeSenderReport(out, RawPeer::kRemote.video,
                            {.ntp = rtp::NtpTime((3'900'000'000u + seconds) << 32),
                             .rtp = rtp::RtpTimestamp(static_cast<std::uint32_t>(step_) * 900u)},
                            {});
  });
}

void CountedCall::publishVideo(std::uint16_t number) {
  give(publisher_, publisher_.sealRtp(vp8Packet(RawPeer::kRemote.video, number, number * 900u,
                                                number % 500 == 0, 1100)));
}

// NACKs, reports, REMB and, rarely, a wish for a key frame.
void CountedCall::complain(RawPeer& viewer) {
  constexpr rtp::Ssrc kSender = RawPeer::kRemote.video, kMedia = RawPeer::kServer.video;
  if (step_ % 10 == 0 && last_sent_ && &viewer == viewers_.front().get()) {
    // Not what has only just left: that would be taken for a request that crossed it.
    const rtp::SequenceNumber wanted[] = {
        rtp::SequenceNumber(static_cast<std::uint16_t>(**last_sent_ - 20))};
    giveRtcp(viewer, [&](auto& out) { rtcp::writeNack(out, kSender, kMedia, wanted); });
  }
  if (step_ % 100 == 0) {
    rtcp::ReceptionReport block[1];
    block[0].source = kMedia;
    giveRtcp(viewer, [&](auto& out) {
      rtcp::writeReceiverReport(out, kSender, block);
      rtcp::writeRemb(out, kSender, Bitrate(2'000'000 + step_), {&kMedia, 1});
    });
  }
  if (step_ % 500 == 495)
    giveRtcp(viewer, [&](auto& out) { rtcp::writePli(out, kSender, kMedia); });
}

void CountedCall::noteSent(RawPeer& viewer, Bytes datagram) {
  const bool is_video = stun::datagramKind(datagram) == stun::DatagramKind::Rtp &&
                        loadBe32(datagram, 8) == *RawPeer::kServer.video;
  if (&viewer == viewers_.front().get() && is_video)
    last_sent_ = rtp::SequenceNumber(loadBe16(datagram, 2));
}

class ForwardingCost : public ::testing::TestWithParam<srtp::Profile> {};

TEST_P(ForwardingCost, IsNoAllocationAndNoLockOnceWarm) {
  CountedCall call(GetParam());
  ASSERT_TRUE(call.connect());
  call.run(kWarmUpSteps);
  const std::uint64_t sent_before = call.sentToViewers();
  CountedCalls::reset();

  call.run(kMeasuredSteps);

  const CallCounts counts = CountedCalls::counts();
  const std::uint64_t sent = call.sentToViewers() - sent_before;
  EXPECT_EQ(counts.heap, 0u) << "for " << sent << " packets; the first:\n"
                             << CountedCalls::firstCallers();
  EXPECT_EQ(counts.locks, 0u) << "for " << sent << " packets; the first:\n"
                              << CountedCalls::firstCallers();
  EXPECT_GE(sent, kViewers * kMeasuredSteps * 3 / 2);  // Video and audio.
}

// What the numbers above are worth: each of the ways that are counted was gone.
TEST_P(ForwardingCost, WasMeasuredWithLossesOnBothSides) {
  CountedCall call(GetParam());
  ASSERT_TRUE(call.connect());

  call.run(kWarmUpSteps);

  std::uint64_t recovered = 0, asked = 0, key_frames_asked = 0;
  for (const InboundStatistics& stream : call.publisher().statistics().inbound) {
    recovered += stream.recovered;
    asked += stream.nack_count;
    key_frames_asked += stream.pli_count + stream.fir_count;
  }
  EXPECT_GT(asked, kWarmUpSteps / 20u);
  EXPECT_GT(recovered, kWarmUpSteps / 20u);
  EXPECT_GT(key_frames_asked, 3u);
  std::uint64_t resent = 0;
  for (const OutboundStatistics& stream : call.viewer().statistics().outbound)
    resent += stream.retransmitted;
  EXPECT_GT(resent, kWarmUpSteps / 20u);
}

INSTANTIATE_TEST_SUITE_P(EveryProfile, ForwardingCost, ::testing::ValuesIn(dtls::kSrtpProfiles),
                         srtp::profileName);

TEST(CountedCallsTest, SeeTheHeapAndTheLocksOfOthersLibraries) {
  std::mutex mutex;
  CRYPTO_RWLOCK* lock = CRYPTO_THREAD_lock_new();
  CountedCalls::reset();
  {
    CountedCalls counted;
    CRYPTO_free(CRYPTO_malloc(1, nullptr, 0), nullptr, 0);
    CRYPTO_THREAD_read_lock(lock);
    CRYPTO_THREAD_unlock(lock);
    mutex.lock();
    mutex.unlock();
  }
  CRYPTO_THREAD_lock_free(lock);

  EXPECT_EQ(CountedCalls::counts().heap, 2u);
  EXPECT_EQ(CountedCalls::counts().locks, 2u);
  EXPECT_NE(CountedCalls::firstCallers(), "");
}

}  // namespace
}  // namespace ms::peer
