#include "server/app/kill_limit.h"

#include <utility>

#include "server/base/log.h"
#include "server/base/process.h"

namespace ms::app {
namespace {

LogCategory kLog("KurentoResourceManager");

bool isAbove(std::uint64_t used, std::optional<std::uint64_t> limit, double share) {
  return limit && static_cast<double>(used) > static_cast<double>(*limit) * share;
}

}  // namespace

ResourceUse currentResourceUse() {
  return {.threads = static_cast<std::uint64_t>(process::threadCount()),
          .thread_limit = process::threadLimit(),
          .files = static_cast<std::uint64_t>(process::openFileCount()),
          .file_limit = process::openFileLimit()};
}

bool isAbove(const ResourceUse& use, double share) {
  if (share >= 1) return false;
  return isAbove(use.threads, use.thread_limit, share) || isAbove(use.files, use.file_limit, share);
}

KillLimit::KillLimit(Loop& loop, double share, std::function<std::size_t()> object_count,
                     std::function<void()> end_process)
    : share_(share),
      object_count_(std::move(object_count)),
      end_process_(std::move(end_process)),
      timer_(loop) {
  watch();
}

void KillLimit::check(const ResourceUse& use) {
  if (object_count_() > 0 || !isAbove(use, share_)) return;
  MS_LOG(kLog, Warning,
         "ending, as killLimit " << share_ << " asks: " << use.threads << " threads and "
                                 << use.files << " files are in use, and no object is left");
  end_process_();
}

void KillLimit::watch() {
  timer_.start(kPeriod, [this] {
    check(currentResourceUse());
    watch();
  });
}

}  // namespace ms::app
