#include "modules/core/src/uri_endpoint.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace ms::core {
namespace {

// Source: config.md, UriEndpoint.conf.ini.
constexpr const char* kDefaultPath = "file:///var/lib/kurento/";

bool hasScheme(std::string_view uri) {
  const std::size_t end = uri.find("://");
  if (end == std::string_view::npos || end == 0) return false;
  return std::ranges::all_of(uri.substr(0, end), [](unsigned char c) {
    return std::isalnum(c) || c == '+' || c == '-' || c == '.';
  });
}

std::size_t pathBegin(const std::string& uri) {
  return std::min(uri.find('/', uri.find("://") + 3), uri.size());
}

}  // namespace

std::string absoluteUri(const std::string& uri, const std::string& default_path) {
  std::string absolute = uri;
  if (!hasScheme(absolute))
    absolute = default_path + (default_path.ends_with('/') ? "" : "/") + absolute;
  constexpr std::string_view kEscapedSlash = "%2F";
  for (std::size_t at = absolute.find(kEscapedSlash, pathBegin(absolute)); at != std::string::npos;
       at = absolute.find(kEscapedSlash, at + 1))
    absolute.replace(at, kEscapedSlash.size(), "/");
  return absolute;
}

UriEndpoint::UriEndpoint(model::ObjectContext context, const std::string& uri)
    : Endpoint(context),
      uri_(uri),
      absolute_uri_(
          core::absoluteUri(uri, settings().text("UriEndpoint", "defaultPath", kDefaultPath))) {}

void UriEndpoint::setState(api::UriEndpointState state) {
  if (std::exchange(state_, state) == state) return;
  api::UriEndpointStateChanged event;
  event.state = state;
  raise(event);
}

}  // namespace ms::core
