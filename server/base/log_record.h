// What one log line says, and its form as text:
//   2018-12-31T23:59:59,123456 PID 0xTHREAD level category file:line function() [<object> ]message
// Text may come from a peer: nothing in it can end the line or reach the terminal as a control
// code.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/log.h"

namespace ms {

using WallClock = std::chrono::system_clock;

struct LogRecord {
  WallClock::time_point at{};
  int process_id = 0;
  std::uint64_t thread_id = 0;
  LogLevel level = LogLevel::None;
  std::string_view category;
  std::string_view file;  // Folders in front are left out of the line.
  int line = 0;
  std::string_view function;  // Without "()".
  std::string_view object;    // Empty for none.
  std::string_view message;
};

enum class LogColours { Off, On };

// A longer message is cut, and the line says so.
inline constexpr std::size_t kMaxLogMessage = 16 * 1024;

// "error", "warning", "fixme", "info", "debug", "log", "trace"; "none" for None.
std::string_view levelName(LogLevel level);

// One line with its line feed. Times are local.
std::string writeRecord(const LogRecord& record, LogColours colours);

// Control characters (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 become
// \n, \r, \t or \xNN per byte.
std::string escapeControls(std::string_view text);

}  // namespace ms
