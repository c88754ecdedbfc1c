// For tests: a link of a given capacity with a queue in front of it, in virtual time, a sender of
// media whose rate follows an estimator, and a receiver that gives feedback.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "server/packet/bwe/feedback_generator.h"
#include "server/packet/bwe/send_side_estimator.h"
#include "server/packet/rtcp/packet_view.h"

namespace ms::bwe {

class SimulatedLink {
 public:
  struct Conditions {
    Bitrate capacity = Bitrate(3'000'000);
    Duration delay = std::chrono::milliseconds(50);
    Duration jitter{0};  // Each packet by itself: they change their order.
    Duration max_queue = std::chrono::milliseconds(300);
    double loss = 0;
  };

  explicit SimulatedLink(std::uint32_t seed) : random_(seed) {}

  // When the packet arrives, or nothing.
  std::optional<Timestamp> carry(std::size_t bytes, Timestamp now) {
    const Timestamp begin = std::max(now, free_at_);
    if (begin - now > conditions.max_queue) return std::nullopt;
    const Timestamp end =
        begin + Duration(static_cast<std::int64_t>(bytes) * 8'000'000 / *conditions.capacity);
    free_at_ = end;
    if (std::uniform_real_distribution<>(0, 1)(random_) < conditions.loss) return std::nullopt;
    const auto jitter =
        std::uniform_int_distribution<std::int64_t>(0, conditions.jitter.count())(random_);
    return end + conditions.delay + Duration(jitter);
  }
  Duration queue(Timestamp now) const { return std::max(free_at_ - now, Duration(0)); }

  Conditions conditions;

 private:
  std::mt19937 random_;
  Timestamp free_at_{};
};

// A camera that makes 30 pictures a second of whatever rate it is told, and an endpoint that
// listens to it.
class SimulatedCall {
 public:
  explicit SimulatedCall(std::uint32_t seed) : link(seed) {}

  void runFor(Duration duration) {
    const Timestamp end = now + duration;
    schedule();
    while (!events_.empty() && events_.begin()->first <= end) {
      auto event = events_.extract(events_.begin());
      now = event.key();
      event.mapped()();
    }
    now = end;
  }

  std::int64_t estimateKbps() const { return **estimator.estimate() / 1000; }

  SimulatedLink link;
  SendSideEstimator estimator;
  Timestamp now{std::chrono::seconds(1000)};
  std::int64_t wanted_kbps = 2000;  // What the encoder would like to make.
  bool follows_estimate = true;     // Or it makes just that.
  bool may_probe = true;
  bool hears_feedback = true;
  std::vector<Duration> queues;  // One per picture.

 private:
  static constexpr Duration kPicture = std::chrono::milliseconds(33);
  static constexpr Duration kPoll = std::chrono::milliseconds(20);

  void schedule() {
    if (std::exchange(is_scheduled_, true)) return;
    makePicture();
    pollReceiver();
  }
  void after(Duration delay, std::function<void()> what) {
    events_.emplace(now + delay, std::move(what));
  }

  void makePicture() {
    after(kPicture, [this] { makePicture(); });
    std::int64_t rate = wanted_kbps * 1000;
    if (follows_estimate && estimator.estimate())
      rate = std::min(rate, **estimator.estimate());
    else if (follows_estimate)
      rate = std::min<std::int64_t>(rate, 300'000);
    std::int64_t bytes = rate * kPicture.count() / 8'000'000;
    for (; bytes > 0; bytes -= 1200)
      send(static_cast<std::size_t>(std::min<std::int64_t>(bytes, 1200)),
           SendSideEstimator::Purpose::Media);
    if (may_probe && estimator.takeProbe(Bitrate(wanted_kbps * 1000), now))
      for (std::size_t i = 0; i < ProbeTrain::kPackets; ++i)
        send(290, SendSideEstimator::Purpose::Probe);
    estimator.handleSilence(now);
    queues.push_back(link.queue(now));
  }

  void send(std::size_t bytes, SendSideEstimator::Purpose purpose) {
    const rtp::SequenceNumber number(next_number_++);
    estimator.onSent(number, bytes, purpose, now);
    const auto arrival = link.carry(bytes, now);
    if (!arrival) return;
    // The receiver's clock is another one.
    events_.emplace(*arrival, [this, number] {
      feedback_.onPacket(number, now + std::chrono::seconds(12345));
    });
  }

  void pollReceiver() {
    after(kPoll, [this] { pollReceiver(); });
    for (;;) {
      std::array<std::uint8_t, 1200> buffer;
      rtcp::CompoundWriter out(buffer);
      if (!feedback_.write(out, rtp::Ssrc(1), rtp::Ssrc(2), now + std::chrono::seconds(12345)))
        return;
      const std::vector<std::uint8_t> bytes(out.datagram().begin(), out.datagram().end());
      if (!hears_feedback) continue;
      after(link.conditions.delay, [this, bytes] {
        estimator.onFeedback(*rtcp::TransportCcView::parse(*rtcp::PacketView::parse(bytes)), now);
      });
    }
  }

  FeedbackGenerator feedback_;
  std::multimap<Timestamp, std::function<void()>> events_;
  std::uint16_t next_number_ = 65'000;
  bool is_scheduled_ = false;
};

}  // namespace ms::bwe
