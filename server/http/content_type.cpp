#include "server/http/content_type.h"

#include <algorithm>
#include <cctype>

namespace ms::http {
namespace {

constexpr std::string_view kWhite = " \t";
constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, section 5.1.1.

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool isTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) || kOthers.find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, isTokenCharacter);
}

bool isBoundary(std::string_view text) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= kMaxBoundary && !text.ends_with(' ') &&
         std::ranges::all_of(text, [&](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) ||
                  kOthers.find(c) != std::string_view::npos;
         });
}

// Where the parameter that begins at `from` ends: the next semicolon outside of quotes.
std::size_t parameterEnd(std::string_view text, std::size_t from) {
  bool is_quoted = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (is_quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      is_quoted = !is_quoted;
    else if (text[i] == ';' && !is_quoted)
      return i;
  }
  return text.size();
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

std::optional<std::string> headerParameter(std::string_view value, std::string_view name) {
  for (std::size_t at = parameterEnd(value, 0); at < value.size();) {
    const std::size_t end = parameterEnd(value, at + 1);
    const std::string_view parameter = trimmed(value.substr(at + 1, end - at - 1));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos &&
        equalsIgnoringCase(trimmed(parameter.substr(0, equals)), name))
      return unquoted(trimmed(parameter.substr(equals + 1)));
    at = end;
  }
  return std::nullopt;
}

std::optional<ContentType> parseContentType(std::string_view value) {
  const std::string_view type = trimmed(value.substr(0, value.find(';')));
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos || !isToken(type.substr(0, slash)) ||
      !isToken(type.substr(slash + 1)))
    return std::nullopt;
  if (!equalsIgnoringCase(type.substr(0, slash), "multipart")) return ContentType{};
  if (!equalsIgnoringCase(type, "multipart/form-data")) return std::nullopt;
  auto boundary = headerParameter(value, "boundary");
  if (!boundary || !isBoundary(*boundary)) return std::nullopt;
  return ContentType{.boundary = std::move(*boundary)};
}

std::optional<std::string> cookieValue(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view pair = trimmed(cookies.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return unquoted(pair.substr(name.size() + 1));
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return std::nullopt;
}

}  // namespace ms::http
