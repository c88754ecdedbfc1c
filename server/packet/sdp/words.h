// Reading SDP text word by word: ASCII only, without locale, without copies.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace ms::sdp {

inline constexpr std::string_view kBlanks = " \t";

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

inline bool startsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equalsIgnoringCase(text.substr(0, prefix.size()), prefix);
}

inline std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

// Takes off what stands before the first of `separators` and the separators behind it; empty at the
// end.
inline std::string_view takeWord(std::string_view& text, std::string_view separators = kBlanks) {
  text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(separators));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
  return word;
}

inline std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  for (auto word = takeWord(text); !word.empty(); word = takeWord(text)) result.push_back(word);
  return result;
}

// Decimal digits only and nothing behind them.
template <class T>
std::optional<T> parseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace ms::sdp
