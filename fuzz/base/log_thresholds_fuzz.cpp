#include "server/base/log_thresholds.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

// The definition of a glob, without the haste.
bool matchesSlowly(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*')
    return matchesSlowly(pattern.substr(1), name) ||
           (!name.empty() && matchesSlowly(pattern, name.substr(1)));
  return !name.empty() && (pattern[0] == '?' || pattern[0] == name[0]) &&
         matchesSlowly(pattern.substr(1), name.substr(1));
}

}  // namespace

// Input: a list as in GST_DEBUG, a zero byte, the name of a category. Any list gives a level for
// any name, and a glob matches what its definition says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zero = std::min(text.find('\0'), text.size());
  const auto list = text.substr(0, zero);
  const auto name = text.substr(std::min(zero + 1, text.size()));

  ms::LogThresholds thresholds;
  thresholds.add(list);
  const auto level = thresholds.levelOf(name);
  if (level < ms::LogLevel::None || level > ms::LogLevel::Trace) std::abort();

  constexpr std::size_t kShort = 10;
  const auto pattern = list.substr(0, kShort);
  if (name.size() <= kShort && ms::matchesGlob(pattern, name) != matchesSlowly(pattern, name))
    std::abort();
  return 0;
}
