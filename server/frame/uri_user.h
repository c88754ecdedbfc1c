// The user that a URI names (RFC 3986 §3.2.1), with what is percent-encoded in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ms::frame {

struct UriUser {
  std::string name;
  std::string password;  // Empty without one.

  friend bool operator==(const UriUser&, const UriUser&) = default;
};

// Nothing when it names none: "rtsp://host/path".
std::optional<UriUser> userOf(std::string_view uri);

}  // namespace ms::frame
