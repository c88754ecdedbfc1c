#include "server/rpc/resource_guard.h"

#include <string>

#include "server/base/process.h"
#include "server/model/api_error.h"

namespace ms::rpc {
namespace {

// The number above which `share` of the limit is used; nothing when there is no limit.
std::optional<std::uint64_t> thresholdOf(const std::optional<std::uint64_t>& limit, double share) {
  if (!limit || share >= 1) return std::nullopt;
  return static_cast<std::uint64_t>(static_cast<double>(*limit) * share);
}

void check(const char* what, std::uint64_t used, const std::optional<std::uint64_t>& limit,
           double share) {
  const auto threshold = thresholdOf(limit, share);
  if (!threshold || used <= *threshold) return;
  throw model::ApiError(
      model::ErrorCode::NotEnoughResources,
      "Reached KMS " + std::string(what) + " limit: " + std::to_string(*threshold));
}

bool isAbove(std::uint64_t used, const std::optional<std::uint64_t>& limit, double share) {
  const auto threshold = thresholdOf(limit, share);
  return threshold && used > *threshold;
}

}  // namespace

ResourceUse probeResources() {
  return {static_cast<std::uint64_t>(process::threadCount()), process::threadLimit(),
          static_cast<std::uint64_t>(process::openFileCount()), process::openFileLimit()};
}

void ResourceGuard::checkRoom(Timestamp now) {
  if (shares_.exception_limit >= 1) return;
  const ResourceUse& current = use(now);
  check("threads", current.threads, current.thread_limit, shares_.exception_limit);
  check("files", current.files, current.file_limit, shares_.exception_limit);
}

bool ResourceGuard::shouldEnd(Timestamp now) {
  if (!shares_.kill_limit) return false;
  const ResourceUse& current = use(now);
  return isAbove(current.threads, current.thread_limit, *shares_.kill_limit) ||
         isAbove(current.files, current.file_limit, *shares_.kill_limit);
}

const ResourceUse& ResourceGuard::use(Timestamp now) {
  if (!probed_at_ || now - *probed_at_ >= kProbeInterval) {
    use_ = probe_();
    probed_at_ = now;
  }
  return use_;
}

}  // namespace ms::rpc
