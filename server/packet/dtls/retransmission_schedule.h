// When a flight of the DTLS handshake is sent again (RFC 6347 §4.2.4), and when to give up.
#pragma once

#include <algorithm>

#include "server/base/units.h"

namespace ms::dtls {

class RetransmissionSchedule {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(200);
  static constexpr Duration kLongest = std::chrono::seconds(3);
  // OpenSSL itself sends a flight again at most 12 times; this schedule stays within that.
  static constexpr Duration kGiveUpAfter = std::chrono::seconds(30);

  // The handshake begins: its deadline counts from here. Further calls change nothing.
  void begin(Timestamp now) {
    if (give_up_at_ == kNever) give_up_at_ = now + kGiveUpAfter;
  }
  // A new flight went out: the last one was answered.
  void onNewFlight(Timestamp now) {
    interval_ = kFirst;
    due_at_ = now + interval_;
  }
  void onRetransmission(Timestamp now) {
    interval_ = std::min(2 * interval_, kLongest);
    due_at_ = now + interval_;
  }
  void stop() { due_at_ = give_up_at_ = kNever; }

  bool isDue(Timestamp now) const { return now >= due_at_; }
  bool shouldGiveUp(Timestamp now) const { return now >= give_up_at_; }
  Timestamp next() const { return std::min(due_at_, give_up_at_); }

 private:
  Duration interval_ = kFirst;
  Timestamp due_at_ = kNever;
  Timestamp give_up_at_ = kNever;
};

}  // namespace ms::dtls
