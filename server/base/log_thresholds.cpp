#include "server/base/log_thresholds.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "server/base/log_record.h"

namespace ms {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<LogLevel> parseLevel(std::string_view text) {
  constexpr int kHighest = static_cast<int>(LogLevel::Trace);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (number < 0 || number > 9) return std::nullopt;
    return static_cast<LogLevel>(std::min(number, kHighest));
  }
  for (int level = 0; level <= kHighest; ++level)
    if (equalsIgnoringCase(text, levelName(static_cast<LogLevel>(level))))
      return static_cast<LogLevel>(level);
  if (equalsIgnoringCase(text, "warn")) return LogLevel::Warning;
  if (equalsIgnoringCase(text, "memdump")) return LogLevel::Trace;
  return std::nullopt;
}

}  // namespace

bool matchesGlob(std::string_view pattern, std::string_view name) {
  // On a mismatch go back to the last star and let it take one more character.
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = kNone;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != kNone) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

std::vector<std::string> LogThresholds::add(std::string_view list) {
  std::vector<std::string> problems;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const auto item = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (item.empty()) continue;

    const auto colon = item.rfind(':');
    const bool has_pattern = colon != std::string_view::npos;
    const auto pattern = has_pattern ? trimmed(item.substr(0, colon)) : std::string_view();
    const auto level = parseLevel(trimmed(has_pattern ? item.substr(colon + 1) : item));
    if (!level || (has_pattern && pattern.empty())) {
      problems.push_back(std::string("'")
                             .append(item.substr(0, 80))
                             .append("' is not 'pattern:level' or 'level' with a level from 0 to "
                                     "9, or none, error, warning, "
                                     "fixme, info, debug, log, trace"));
    } else if (!has_pattern) {
      default_ = *level;
    } else if (patterns_.size() < kMaxPatterns) {
      patterns_.emplace_back(pattern, *level);
    } else {
      problems.push_back("only " + std::to_string(kMaxPatterns) + " patterns are looked at");
      break;
    }
  }
  return problems;
}

LogLevel LogThresholds::levelOf(std::string_view category) const {
  for (auto it = patterns_.rbegin(); it != patterns_.rend(); ++it)
    if (matchesGlob(it->first, category)) return it->second;
  return default_;
}

}  // namespace ms
