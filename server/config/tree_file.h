// One configuration file as a tree: JSON, INI, INFO or XML, told apart by the end of its name.
// Bounded in size and depth. Values keep the form they have in the file: INI, INFO and XML know
// strings only.
#pragma once

#include <json/forwards.h>

#include <optional>
#include <string>
#include <string_view>

namespace ms::config {

enum class Format { Json, Ini, Info, Xml };

inline constexpr std::size_t kMaxFileBytes = 1024 * 1024;
inline constexpr int kMaxDepth = 32;

// By the end of the name: ".json", ".ini", ".info", ".xml".
std::optional<Format> formatOf(std::string_view file_name);

// `name` stands in error texts. Throws ConfigError. In JSON, members whose name begins with "//"
// are comments and left out, `metadata` excepted, which belongs to the operator. Dots in INI
// sections and keys make levels: [mediaServer.net.websocket].
Json::Value parseTree(std::string_view text, Format format, const std::string& name);

// Reads a regular file. Throws ConfigError.
Json::Value readTree(const std::string& path);

}  // namespace ms::config
