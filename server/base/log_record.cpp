#include "server/base/log_record.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace ms {
namespace {

constexpr std::array<std::string_view, 8> kLevelNames = {"none", "error", "warning", "fixme",
                                                         "info", "debug", "log",     "trace"};
constexpr std::array<std::string_view, 8> kLevelColours = {
    "", "\033[31;1m", "\033[33;1m", "\033[35m", "\033[32m", "\033[36m", "\033[37m", "\033[90m"};
constexpr std::string_view kColourEnd = "\033[0m";

std::size_t indexOf(LogLevel level) {
  return std::min(static_cast<std::size_t>(level), kLevelNames.size() - 1);
}

std::string_view baseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string writeTime(WallClock::time_point at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(at - seconds).count();
  const std::time_t time = WallClock::to_time_t(seconds);
  std::tm local{};
  localtime_r(&time, &local);
  char day_and_time[32] = "";
  std::strftime(day_and_time, sizeof day_and_time, "%Y-%m-%dT%H:%M:%S", &local);
  char whole[48];
  std::snprintf(whole, sizeof whole, "%s,%06d", day_and_time, static_cast<int>(micros));
  return whole;
}

// Length of the well-formed UTF-8 sequence at the front (RFC 3629 §4), 0 if there is none.
std::size_t utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const auto continues = [&](std::size_t count) {
    if (text.size() <= count) return false;
    return std::ranges::all_of(text.substr(1, count), [](char c) { return (c & 0xc0) == 0x80; });
  };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!continues(2) || (first == 0xe0 && byte(1) < 0xa0)) return 0;
    return first == 0xed && byte(1) > 0x9f ? 0 : 3;  // Surrogates.
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!continues(3) || (first == 0xf0 && byte(1) < 0x90)) return 0;
    return first == 0xf4 && byte(1) > 0x8f ? 0 : 4;
  }
  return 0;
}

// U+202A to U+202E and U+2066 to U+2069 turn text round; U+2028 and U+2029 end lines for some.
bool misleads(std::string_view sequence) {
  if (sequence.size() == 1) return sequence[0] >= 0 && (sequence[0] < 0x20 || sequence[0] == 0x7f);
  if (sequence.size() == 2)
    return sequence[0] == '\xc2' && static_cast<std::uint8_t>(sequence[1]) < 0xa0;
  if (sequence.size() != 3 || sequence[0] != '\xe2') return false;
  const auto last = static_cast<std::uint8_t>(sequence[2]);
  if (sequence[1] == '\x80') return last >= 0xa8 && last <= 0xae;
  return sequence[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

void appendEscaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n' || c == '\r' || c == '\t') {
      out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
      continue;
    }
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x",
                  static_cast<unsigned>(static_cast<std::uint8_t>(c)));
    out += code;
  }
}

}  // namespace

std::string_view levelName(LogLevel level) { return kLevelNames[indexOf(level)]; }

std::string escapeControls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8Length(text);
    const std::string_view next = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || misleads(next))
      appendEscaped(out, next);
    else
      out += next;
    text.remove_prefix(next.size());
  }
  return out;
}

std::string writeRecord(const LogRecord& record, LogColours colours) {
  char ids[64];
  std::snprintf(ids, sizeof ids, " %d 0x%016llx ", record.process_id,
                static_cast<unsigned long long>(record.thread_id));
  const bool coloured = colours == LogColours::On;

  std::string out = writeTime(record.at);
  out += ids;
  if (coloured) out += kLevelColours[indexOf(record.level)];
  out += levelName(record.level);
  if (coloured) out += kColourEnd;
  out += ' ';
  out += escapeControls(record.category);
  out += ' ';
  out += escapeControls(baseName(record.file));
  out += ':' + std::to_string(record.line) + ' ';
  out += escapeControls(record.function);
  out += "() ";
  if (!record.object.empty()) out += '<' + escapeControls(record.object) + "> ";
  out += escapeControls(record.message.substr(0, kMaxLogMessage));
  if (record.message.size() > kMaxLogMessage)
    out += " [" + std::to_string(record.message.size() - kMaxLogMessage) + " bytes left out]";
  out += '\n';
  return out;
}

}  // namespace ms
