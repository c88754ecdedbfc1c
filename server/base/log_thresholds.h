// Which log lines are wanted: GStreamer's list of `pattern:level` items, as GST_DEBUG and
// --gst-debug give it. Read at start; a bad item is reported and skipped, the rest counts.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/log.h"

namespace ms {

// `*` stands for any run of characters, `?` for one.
bool matchesGlob(std::string_view pattern, std::string_view name);

class LogThresholds {
 public:
  // Items beyond this are reported and left out.
  static constexpr std::size_t kMaxPatterns = 256;

  // Adds a list like "2,Kurento*:4,sdp*:DEBUG". A level is a number from 0 to 9 (above 7 is trace)
  // or a name in any case; an item that is only a level sets the default. Gives back one sentence
  // per item that makes no sense.
  std::vector<std::string> add(std::string_view list);

  void setDefault(LogLevel level) { default_ = level; }

  // The last pattern that fits decides, else the default, wherever it stood in the list.
  LogLevel levelOf(std::string_view category) const;

 private:
  LogLevel default_ = LogLevel::Error;
  std::vector<std::pair<std::string, LogLevel>> patterns_;
};

// Applies to the categories that exist and to those that come with modules later. Any thread.
void setLogThresholds(LogThresholds thresholds);

}  // namespace ms
