// The operator's wish that a process which used up much of its threads or files is replaced by a
// fresh one as soon as nobody is served: mediaServer.resources.killLimit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "server/base/loop.h"

namespace ms::app {

struct ResourceUse {
  std::uint64_t threads = 0;
  std::optional<std::uint64_t> thread_limit;  // None: unlimited.
  std::uint64_t files = 0;
  std::optional<std::uint64_t> file_limit;
};

// Of this process, now.
ResourceUse currentResourceUse();

// True when threads or files are above `share` of their limit; never for a share of 1 or more.
bool isAbove(const ResourceUse& use, double share);

// Looks every kPeriod. Lives on `loop`.
class KillLimit {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(5);

  // `object_count` tells how many objects clients have; both are called on `loop`.
  KillLimit(Loop& loop, double share, std::function<std::size_t()> object_count,
            std::function<void()> end_process);

  // Decides once, by the given use.
  void check(const ResourceUse& use);

 private:
  void watch();

  const double share_;
  const std::function<std::size_t()> object_count_;
  const std::function<void()> end_process_;
  Timer timer_;
};

}  // namespace ms::app
