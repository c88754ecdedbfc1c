// Arbitrary sequences of packets, polls and settings, against a simple account of what arrived.
//
// Each 4 bytes are one step: what to do, how much time passes (ms), and a sequence number.
#include "server/packet/rtp/nack_tracker.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "server/base/bytes.h"

namespace {

using namespace ms;
using namespace ms::rtp;

void check(bool holds) {
  if (!holds) std::abort();
}

class Account {
 public:
  void run(std::uint8_t step, std::uint8_t ms, SequenceNumber number) {
    now_ += std::chrono::milliseconds(ms);
    switch (step % 8) {
      case 0:
        return poll(NackTracker::kMaxMissing);
      case 1:
        return poll(3);
      case 2:
        return tracker_.setRtt(std::chrono::milliseconds(*number));
      case 3:
        return tracker_.onKeyFrameStart(number);
      case 4:
        return onRestart();
      case 5:
        return receive(SequenceNumber(static_cast<std::uint16_t>(newest_ + *number % 64)));
      default:
        return receive(number);
    }
  }

 private:
  void receive(SequenceNumber number) {
    if (!started_) newest_ = *number;
    started_ = true;
    const std::int64_t sequence =
        newest_ + distance(SequenceNumber(static_cast<std::uint16_t>(newest_)), number);
    newest_ = std::max(newest_, sequence);
    arrived_.insert(sequence);
    tracker_.receive(number, now_);
    check(tracker_.missing() <= NackTracker::kMaxMissing);
  }

  void poll(std::size_t limit) {
    std::array<SequenceNumber, NackTracker::kMaxMissing> out;
    const std::size_t count = tracker_.poll(now_, std::span(out).first(limit));
    check(count <= limit && count <= tracker_.missing());
    std::optional<std::int64_t> last;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t sequence =
          newest_ + distance(SequenceNumber(static_cast<std::uint16_t>(newest_)), out[i]);
      check(sequence < newest_ && (!last || sequence > *last));
      check(!arrived_.contains(sequence));
      check(++requests_[sequence] <= NackTracker::kMaxRequests);
      last = sequence;
    }
    check((tracker_.missing() == 0) == (tracker_.nextTime() == kNever));
  }

  void onRestart() {
    tracker_.restart();
    started_ = false;
    arrived_.clear();
    requests_.clear();
  }

  NackTracker tracker_;
  Timestamp now_{};
  bool started_ = false;
  std::int64_t newest_ = 0;
  std::set<std::int64_t> arrived_;
  std::map<std::int64_t, int> requests_;
};

}  // namespace

// Never more outstanding than the limit, never asked for what arrived, never more than ten times.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Account account;
  for (ms::Bytes rest(data, size); rest.size() >= 4; rest = rest.subspan(4))
    account.run(rest[0], rest[1], SequenceNumber(ms::loadBe16(rest, 2)));
  return 0;
}
