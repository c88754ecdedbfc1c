#include "server/packet/sdp/header_extensions.h"

#include <string>

#include "server/packet/sdp/attributes.h"

namespace ms::sdp {
namespace {

constexpr std::uint8_t kMaxOneByteExtensionId = 14;  // RFC 8285 §4.2

}  // namespace

std::optional<std::uint8_t> extensionId(const Section& section, std::string_view uri) {
  for (const std::string_view text : section.values("extmap")) {
    const auto map = ExtMap::parse(text);
    if (map && map->uri == uri && map->id <= kMaxOneByteExtensionId) return map->id;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> extensionId(const SessionDescription& session,
                                        const MediaDescription& media, std::string_view uri) {
  if (const auto id = extensionId(media, uri)) return id;
  return extensionId(session, uri);
}

void addExtensionLine(MediaDescription& media, std::optional<std::uint8_t> id,
                      std::string_view uri) {
  if (id) media.addAttribute("extmap", std::to_string(*id) + ' ' + std::string(uri));
}

}  // namespace ms::sdp
