#include "server/frame/uri_user.h"

#include <charconv>

namespace ms::frame {
namespace {

// What is no valid escape stays as it is.
std::string percentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const begin = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2) {
      decoded += static_cast<char>(value);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace

std::optional<UriUser> userOf(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::string_view rest = uri.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view user = authority.substr(0, at);
  const std::size_t colon = user.find(':');
  UriUser found{.name = percentDecoded(user.substr(0, colon)), .password = {}};
  if (colon != std::string_view::npos) found.password = percentDecoded(user.substr(colon + 1));
  return found;
}

}  // namespace ms::frame
