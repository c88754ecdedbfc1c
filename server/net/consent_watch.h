// Consent freshness (RFC 7675): whether the peer still answers our checks of the selected pair.
// Asked with the time; reads no clock.
#pragma once

#include <algorithm>

#include "server/base/units.h"

namespace ms::net {

enum class Consent { Fresh, Doubtful, Expired };

class ConsentWatch {
 public:
  // Checks go out every 4 to 6 s (libnice): after this at least one has not been answered.
  static constexpr Duration kDoubtfulAfter = std::chrono::seconds(7);
  // RFC 7675, section 5.1.
  static constexpr Duration kExpiresAfter = std::chrono::seconds(30);

  explicit ConsentWatch(Duration doubtful_after = kDoubtfulAfter,
                        Duration expires_after = kExpiresAfter)
      : doubtful_after_(doubtful_after), expires_after_(expires_after) {}

  // The peer consented: by the check that selected the pair, or by its answer to a later one.
  void renew(Timestamp when) { last_ = std::max(last_, when); }

  Consent at(Timestamp now) const {
    if (now - last_ >= expires_after_) return Consent::Expired;
    return now - last_ >= doubtful_after_ ? Consent::Doubtful : Consent::Fresh;
  }

  // When the answer of at() changes next if nothing comes; kNever once expired.
  Timestamp nextChange(Timestamp now) const {
    switch (at(now)) {
      case Consent::Fresh:
        return last_ + doubtful_after_;
      case Consent::Doubtful:
        return last_ + expires_after_;
      case Consent::Expired:
        break;
    }
    return kNever;
  }

 private:
  Duration doubtful_after_;
  Duration expires_after_;
  Timestamp last_{};
};

}  // namespace ms::net
