#include "server/base/log_output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ms {
namespace {

// A pipe that polls as writable takes this much without blocking (pipe(7), PIPE_BUF).
constexpr std::size_t kChunk = 4096;

bool writeChunk(int descriptor, std::string_view& rest) {
  pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
  const int ready = poll(&waited, 1, static_cast<int>(StreamOutput::kPatience.count()));
  if (ready < 0 && errno == EINTR) return true;
  if (ready <= 0 || !(waited.revents & POLLOUT)) return false;
  const ssize_t count = ::write(descriptor, rest.data(), std::min(rest.size(), kChunk));
  if (count < 0) return errno == EINTR;
  rest.remove_prefix(static_cast<std::size_t>(count));
  return true;
}

}  // namespace

bool StreamOutput::write(WallClock::time_point, std::string_view line) {
  if (line_is_open_) {
    std::string_view feed = "\n";
    if (!writeChunk(descriptor_, feed) || !feed.empty()) return false;
    line_is_open_ = false;
  }
  std::string_view rest = line;
  while (!rest.empty()) {
    if (writeChunk(descriptor_, rest)) continue;
    line_is_open_ = rest.size() < line.size();
    return false;
  }
  return true;
}

}  // namespace ms
