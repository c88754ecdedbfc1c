#include "server/base/log_record.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

// Whatever a peer sent, a line stays one line without control characters, and what was escaped once
// stays as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto escaped = ms::escapeControls(text);
  if (ms::escapeControls(escaped) != escaped) std::abort();

  const auto line = ms::writeRecord(
      {.category = "fuzz", .file = "f.cpp", .function = "f", .object = text, .message = text},
      ms::LogColours::Off);
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  if (std::ranges::count_if(line, is_control) != 1 || line.back() != '\n') std::abort();
  return 0;
}
