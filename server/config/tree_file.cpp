#include "server/config/tree_file.h"

#include <json/json.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "server/config/config_error.h"
#include "server/config/property_tree.h"

namespace ms::config {
namespace {

namespace fs = std::filesystem;

bool isComment(const std::string& key) { return key.starts_with("//"); }

void removeComments(Json::Value& value) {
  if (value.isArray())
    for (auto& item : value) removeComments(item);
  if (!value.isObject()) return;
  for (const auto& key : value.getMemberNames()) {
    if (isComment(key))
      value.removeMember(key);
    else
      removeComments(value[key]);
  }
}

void removeCommentsButInMetadata(Json::Value& root) {
  for (const auto& key : root.getMemberNames()) {
    if (isComment(key))
      root.removeMember(key);
    else if (key != "metadata")
      removeComments(root[key]);
  }
}

std::string onOneLine(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Json::Value parseJson(std::string_view text, const std::string& name) {
  Json::CharReaderBuilder builder;
  builder["stackLimit"] = kMaxDepth;
  builder["failIfExtra"] = true;
  builder["collectComments"] = false;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value root;
  std::string errors;
  try {
    if (!reader->parse(text.data(), text.data() + text.size(), &root, &errors))
      throw ConfigError(name + ": " + onOneLine(errors));
  } catch (const Json::Exception& error) {
    throw ConfigError(name + ": " + error.what());
  }
  if (!root.isObject()) throw ConfigError(name + ": the file is not a JSON object");
  removeCommentsButInMetadata(root);
  return root;
}

}  // namespace

std::optional<Format> formatOf(std::string_view file_name) {
  if (file_name.ends_with(".json")) return Format::Json;
  if (file_name.ends_with(".ini")) return Format::Ini;
  if (file_name.ends_with(".info")) return Format::Info;
  if (file_name.ends_with(".xml")) return Format::Xml;
  return std::nullopt;
}

Json::Value parseTree(std::string_view text, Format format, const std::string& name) {
  if (text.size() > kMaxFileBytes)
    throw ConfigError(name + ": larger than " + std::to_string(kMaxFileBytes) + " bytes");
  return format == Format::Json ? parseJson(text, name) : parsePropertyTree(text, format, name);
}

Json::Value readTree(const std::string& path) {
  const auto format = formatOf(path);
  if (!format) throw ConfigError(path + ": the name does not end in .json, .ini, .info or .xml");

  std::error_code error;
  if (!fs::is_regular_file(path, error))
    throw ConfigError(path + ": " + (error ? error.message() : "not a regular file"));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ConfigError(path + ": cannot be read: " + std::strerror(errno));
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw ConfigError(path + ": cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parseTree(text, *format, path);
}

}  // namespace ms::config
