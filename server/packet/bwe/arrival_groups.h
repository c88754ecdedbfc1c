// Packets that were sent within a few milliseconds travel as one (draft-ietf-rmcat-gcc-02 §5.2):
// tells how much further apart two such groups arrived than they were sent.
#pragma once

#include <optional>

#include "server/base/units.h"

namespace ms::bwe {

// Between the last packets of two consecutive groups.
struct GroupDelta {
  Duration sent;
  Duration arrived;
  Timestamp arrival;  // Of the later group, on the receiver's clock.
};

class ArrivalGroups {
 public:
  static constexpr Duration kBurst = std::chrono::milliseconds(5);
  // A receiver whose clock leaps begins anew.
  static constexpr Duration kMaxStep = std::chrono::seconds(3);

  // One packet that arrived, in the order of sending. The times are of two clocks. A delta once a
  // group is complete, by the first packet of the next one.
  std::optional<GroupDelta> add(Timestamp sent, Timestamp arrival);

 private:
  struct Group {
    Timestamp first_sent;
    Timestamp last_sent;
    Timestamp first_arrival;
    Timestamp last_arrival;
  };
  bool belongs(Timestamp sent, Timestamp arrival) const;

  std::optional<Group> current_;
  std::optional<Group> previous_;
};

}  // namespace ms::bwe
