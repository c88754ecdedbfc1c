// A publisher with three encodings at once, and viewers that each get one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "server/packet/peer/raw_peer.h"
#include "server/packet/rtcp/compound_view.h"
#include "server/packet/rtcp/message.h"
#include "server/packet/rtp/rtp_writer.h"
#include "server/packet/rtp/rtx.h"
#include "server/packet/rtp/sequence.h"

namespace ms::peer {
namespace {

using rtp::MediaKind;
using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr std::uint8_t kRidId = 10;
constexpr std::uint8_t kRepairedRidId = 11;

// A one-byte header extension with one element (RFC 8285 §4.2) in a packet that has none.
RawPeer::Datagram withExtension(const RawPeer::Datagram& packet, std::uint8_t id,
                                std::string_view text) {
  const std::size_t bytes = (1 + text.size() + 3) / 4 * 4;
  RawPeer::Datagram block(4 + bytes);
  storeBe16(block, 0, 0xbede);
  storeBe16(block, 2, static_cast<std::uint16_t>(bytes / 4));
  block[4] = static_cast<std::uint8_t>(id << 4 | (text.size() - 1));
  std::ranges::copy(text, block.begin() + 5);
  RawPeer::Datagram result = packet;
  result[0] |= 0x10;
  result.insert(result.begin() + 12, block.begin(), block.end());
  return result;
}

// Three layers of VP8 at 30 frames a second, each frame one packet that tells its layer; a key
// frame where one is asked for.
class Publisher {
 public:
  static constexpr std::array kSsrcs{rtp::Ssrc(101), rtp::Ssrc(102), rtp::Ssrc(103)};
  static constexpr std::array<std::string_view, 3> kRids{"q", "h", "f"};
  // With SRTP's and RTP's own bytes about 80, 190 and 310 kbps.
  static constexpr std::array<std::size_t, 3> kPayloadBytes{300, 760, 1260};
  enum class Announced { ByRid, BySsrc };

  Publisher(SimulatedNetwork& network, Announced announced)
      : network_(network), announced_(announced), raw(1) {
    raw.change_session = [this](sdp::NegotiatedSession& session) { announce(session.media[1]); };
    raw.on_sent = [this](Bytes datagram) { readRequests(datagram); };
    EXPECT_TRUE(raw.connect(network.now()));
    connected_ = true;
    frame();
  }

  MediaSource& source() { return *raw.peer.source(MediaKind::Video); }
  std::vector<rtp::Ssrc> reportedByStatistics() const {
    std::vector<rtp::Ssrc> ssrcs;
    for (const InboundStatistics& one : raw.peer.statistics().inbound) ssrcs.push_back(one.ssrc);
    return ssrcs;
  }

  std::array<bool, 3> sends{true, true, true};
  std::array<int, 3> key_frame_requests{};
  std::optional<std::size_t> lose_next_of;
  RawPeer::Datagram lost;  // What was not given.

 private:
  void announce(sdp::NegotiatedMedia& media) const {
    media.remote_ssrcs.clear();
    media.remote_rtx.clear();
    media.codecs[0].rtx_payload_type = rtp::PayloadType(97);
    if (announced_ == Announced::BySsrc) {
      media.remote_simulcast_ssrcs.assign(kSsrcs.begin(), kSsrcs.end());
      return;
    }
    for (const std::string_view rid : kRids)
      media.remote_rids.push_back({.id = std::string(rid), .payload_types = {}, .paused = false});
    media.rid_id = kRidId;
    media.repaired_rid_id = kRepairedRidId;
  }

  void readRequests(Bytes datagram) {
    if (!connected_) return;
    const auto plain = raw.openRtcp({datagram.begin(), datagram.end()});
    const auto compound = rtcp::CompoundView::parse(plain);
    if (!compound) return;
    for (const rtcp::PacketView one : *compound) {
      const auto message = rtcp::parseMessage(one);
      const auto* const pli = message ? std::get_if<rtcp::PliView>(&*message) : nullptr;
      for (std::size_t i = 0; pli && i < kSsrcs.size(); ++i) {
        if (kSsrcs[i] != pli->media) continue;
        key_frame_next_[i] = true;
        ++key_frame_requests[i];
      }
    }
  }

  void frame() {
    for (std::size_t i = 0; i < kSsrcs.size(); ++i)
      if (sends[i]) sendFrame(i);
    raw.peer.handleTimeout(network_.now());
    network_.after(33ms, [this] { frame(); });
  }

  void sendFrame(std::size_t layer) {
    const auto ticks = network_.now().time_since_epoch().count() * 90 / 1000;
    const auto timestamp = static_cast<std::uint32_t>(ticks + 5000 * static_cast<int>(layer));
    auto packet = vp8Packet(kSsrcs[layer], numbers_[layer]++, timestamp,
                            std::exchange(key_frame_next_[layer], false), kPayloadBytes[layer]);
    storeBe64(packet, 12 + TestSource::kCaptureAt, layer);
    if (announced_ == Announced::ByRid) packet = withExtension(packet, kRidId, kRids[layer]);
    if (lose_next_of == layer) {
      lose_next_of.reset();
      lost = std::move(packet);
      return;
    }
    raw.give(raw.sealRtp(packet), network_.now());
  }

  SimulatedNetwork& network_;
  const Announced announced_;
  bool connected_ = false;
  std::array<bool, 3> key_frame_next_{true, true, true};
  std::array<std::uint16_t, 3> numbers_{100, 30000, 65500};

 public:
  RawPeer raw;
};

// Who watches, with an endpoint that allows so much.
class Viewer {
 public:
  Viewer(SimulatedNetwork& network, std::uint32_t seed, MediaSource& source, int max_kbps)
      : network_(network), call(network, seed) {
    call.start();
    network.runFor(200ms);
    allow(max_kbps);
    call.server.peer.setSource(MediaKind::Video, &source, network.now());
  }
  void allow(int max_kbps) {
    call.server.peer.setBandwidth({.min_video_send = Bitrate(0),
                                   .max_video_send = Bitrate(max_kbps * 1000),
                                   .max_video_receive = Bitrate(0)});
  }
  // Of what arrived since the last call.
  std::vector<int> layers() {
    std::vector<int> result;
    for (; looked_at_ < call.screen.arrivals.size(); ++looked_at_)
      result.push_back(layerOf(call.screen.arrivals[looked_at_]));
    return result;
  }
  int layerAfter(Duration time) {
    network_.runFor(time);
    EXPECT_FALSE(call.screen.arrivals.empty());
    return call.screen.arrivals.empty() ? -1 : layerOf(call.screen.arrivals.back());
  }

  // One stream without a seam: every number once, pictures counted on, time going forward, each
  // other layer beginning at a key frame.
  void expectNoBreak() const {
    const auto arrivals = call.screen.inOrder();
    for (std::size_t i = 1; i < arrivals.size(); ++i) {
      const auto &before = arrivals[i - 1], &after = arrivals[i];
      ASSERT_EQ(after.number, rtp::next(before.number)) << i;
      ASSERT_EQ(after.picture_id, (before.picture_id + 1) & 0x7fff) << i;
      const auto step = static_cast<std::int32_t>(*after.timestamp - *before.timestamp);
      ASSERT_GT(step, 0) << i;
      ASSERT_LT(step, 90 * 100) << i;
      ASSERT_TRUE(layerOf(before) == layerOf(after) || after.is_key_frame) << i;
    }
  }
  Duration longestPause() const {
    Duration longest{0};
    for (std::size_t i = 1; i < call.screen.arrivals.size(); ++i)
      longest =
          std::max(longest, call.screen.arrivals[i].arrived - call.screen.arrivals[i - 1].arrived);
    return longest;
  }

  static int layerOf(const TestSink::Arrival& arrival) {
    return static_cast<int>(arrival.captured.time_since_epoch().count());
  }

 private:
  SimulatedNetwork& network_;
  std::size_t looked_at_ = 0;

 public:
  TestCall call;
};

class Simulcast : public testing::TestWithParam<Publisher::Announced> {
 protected:
  SimulatedNetwork network_{7};
  Publisher publisher_{network_, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, Simulcast,
                         testing::Values(Publisher::Announced::ByRid, Publisher::Announced::BySsrc),
                         [](const auto& announced) {
                           return announced.param == Publisher::Announced::ByRid ? "ByRid"
                                                                                 : "BySsrc";
                         });

TEST_P(Simulcast, MeasuresEachLayer) {
  network_.runFor(2s);

  const SourceLayers layers = publisher_.source().layers(network_.now());
  EXPECT_EQ(layers.count, 3);
  EXPECT_NEAR(static_cast<double>(*layers.bitrates[0]), 80e3, 10e3);
  EXPECT_NEAR(static_cast<double>(*layers.bitrates[2]), 310e3, 20e3);
  EXPECT_GT(layers.bitrates[1], layers.bitrates[0]);
  EXPECT_EQ(publisher_.reportedByStatistics().size(), 3u);
}

TEST_P(Simulcast, GivesEachViewerTheLayerThatItsEndpointAllows) {
  Viewer low(network_, 20, publisher_.source(), 100);
  Viewer middle(network_, 30, publisher_.source(), 250);
  Viewer high(network_, 40, publisher_.source(), 0);
  network_.runFor(30s);

  EXPECT_EQ(low.layerAfter(0s), 0);
  EXPECT_EQ(middle.layerAfter(0s), 1);
  EXPECT_EQ(high.layerAfter(0s), 2);
  for (const Viewer* viewer : {&low, &middle, &high}) viewer->expectNoBreak();
}

TEST_P(Simulcast, SwitchesAtAKeyFrameWithoutABreak) {
  Viewer viewer(network_, 20, publisher_.source(), 0);
  ASSERT_EQ(viewer.layerAfter(20s), 2);

  viewer.allow(100);
  EXPECT_EQ(viewer.layerAfter(3s), 0);
  viewer.allow(0);
  EXPECT_EQ(viewer.layerAfter(20s), 2);

  viewer.expectNoBreak();
  EXPECT_LT(viewer.longestPause(), 300ms);
}

TEST_P(Simulcast, FallsBackWhenThePublisherLeavesALayerOut) {
  Viewer viewer(network_, 20, publisher_.source(), 0);
  ASSERT_EQ(viewer.layerAfter(20s), 2);

  publisher_.sends[2] = false;
  EXPECT_LT(viewer.layerAfter(2s), 2);
  EXPECT_LT(viewer.longestPause(), 1500ms);
  publisher_.sends[2] = true;
  EXPECT_EQ(viewer.layerAfter(20s), 2);
}

TEST_P(Simulcast, AsksForKeyFramesOfTheLayerThatIsWatchedOnly) {
  Viewer viewer(network_, 20, publisher_.source(), 100);
  ASSERT_EQ(viewer.layerAfter(10s), 0);
  const auto before = publisher_.key_frame_requests;

  viewer.call.server.peer.requestKeyFrame(network_.now());
  network_.runFor(2s);

  EXPECT_EQ(publisher_.key_frame_requests[0], before[0] + 1);
  EXPECT_EQ(publisher_.key_frame_requests[1], before[1]);
  EXPECT_EQ(publisher_.key_frame_requests[2], before[2]);
}

TEST_P(Simulcast, GrantsThePublisherAllLayersWhateverOneViewerCanTake) {
  Viewer low(network_, 20, publisher_.source(), 100);
  network_.runFor(20s);

  Bitrate granted{0};
  for (const InboundStatistics& one : publisher_.raw.peer.statistics().inbound)
    granted = std::max(granted, one.remb);
  EXPECT_GT(granted, Bitrate(580'000));
}

TEST(SimulcastByRid, DropsWhatDoesNotSayItsLayer) {
  SimulatedNetwork network(7);
  Publisher publisher(network, Publisher::Announced::ByRid);
  network.runFor(100ms);

  const auto stranger = vp8Packet(rtp::Ssrc(999), 1, 1, true);
  publisher.raw.give(publisher.raw.sealRtp(stranger), network.now());
  publisher.raw.give(
      publisher.raw.sealRtp(withExtension(vp8Packet(rtp::Ssrc(998), 1, 1, true), kRidId, "x")),
      network.now());

  EXPECT_EQ(publisher.raw.peer.statistics().drops.of(PeerDrop::UnknownLayer), 2u);
  EXPECT_THAT(publisher.reportedByStatistics(),
              ElementsAre(rtp::Ssrc(101), rtp::Ssrc(102), rtp::Ssrc(103)));
}

TEST(SimulcastByRid, FollowsALayerWithoutItsNameOnceItIsKnown) {
  SimulatedNetwork network(7);
  Publisher publisher(network, Publisher::Announced::ByRid);
  network.runFor(100ms);
  publisher.sends = {false, false, false};

  const auto nameless = vp8Packet(rtp::Ssrc(102), 31000, 1, false);
  publisher.raw.give(publisher.raw.sealRtp(nameless), network.now());

  EXPECT_EQ(publisher.raw.peer.statistics().drops.of(PeerDrop::UnknownLayer), 0u);
}

TEST(SimulcastByRid, TakesRetransmissionsOfTheLayerThatTheyName) {
  SimulatedNetwork network(7);
  Publisher publisher(network, Publisher::Announced::ByRid);
  network.runFor(1s);
  publisher.lose_next_of = 1;
  network.runFor(100ms);
  ASSERT_FALSE(publisher.lost.empty());

  const auto original = rtp::RtpView::parse(publisher.lost);
  RawPeer::Datagram rtx(1500);
  const auto bytes =
      rtp::wrapRtx(*original, {.ssrc = rtp::Ssrc(202), .payload_type = rtp::PayloadType(97)},
                   rtp::SequenceNumber(1), rtx);
  ASSERT_TRUE(bytes);
  rtx.resize(*bytes);
  // The name of the layer is of what is repaired.
  rtx[16] = static_cast<std::uint8_t>(kRepairedRidId << 4);
  publisher.raw.give(publisher.raw.sealRtp(rtx), network.now());

  std::uint64_t recovered = 0;
  for (const InboundStatistics& one : publisher.raw.peer.statistics().inbound)
    if (one.ssrc == rtp::Ssrc(102)) recovered = one.recovered;
  EXPECT_EQ(recovered, 1u);
}

}  // namespace
}  // namespace ms::peer
