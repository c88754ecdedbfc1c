// Watches how many threads and open files this process uses of what it may: above the one share no
// new object is made, above the other a server with nothing to do asks to be restarted.
//
// Lives on the control loop. Numbers come from a probe, time comes in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "server/base/units.h"

namespace ms::rpc {

struct ResourceUse {
  std::uint64_t threads = 0;
  std::optional<std::uint64_t> thread_limit;  // Nothing: unlimited.
  std::uint64_t files = 0;
  std::optional<std::uint64_t> file_limit;
};

// Of this process, as the kernel says.
ResourceUse probeResources();

struct ResourceShares {
  double exception_limit = 0.8;        // 1 or more: never refuse.
  std::optional<double> kill_limit{};  // Nothing: never ask for the end.
};

class ResourceGuard {
 public:
  // Counting files takes about a microsecond for each: a burst of requests counts once.
  static constexpr Duration kProbeInterval = std::chrono::milliseconds(50);

  ResourceGuard(ResourceShares shares, std::function<ResourceUse()> probe)
      : shares_(shares), probe_(std::move(probe)) {}

  // Throws ApiError 40009.
  void checkRoom(Timestamp now);
  // Whether a server without objects should end.
  bool shouldEnd(Timestamp now);

 private:
  const ResourceUse& use(Timestamp now);

  const ResourceShares shares_;
  const std::function<ResourceUse()> probe_;
  std::optional<Timestamp> probed_at_;
  ResourceUse use_;
};

}  // namespace ms::rpc
