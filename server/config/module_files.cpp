#include "server/config/module_files.h"

#include <json/json.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "server/config/config_error.h"
#include "server/config/tree_file.h"

namespace ms::config {
namespace {

namespace fs = std::filesystem;

bool isHidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

// "WebRtcEndpoint" of "WebRtcEndpoint.conf.ini"; empty for names of another form.
std::string className(const fs::path& file) {
  const std::string name = file.filename();
  const auto end = name.find(".conf.");
  return end == std::string::npos || !formatOf(name) ? std::string() : name.substr(0, end);
}

std::vector<fs::path> findFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator it(folder, error);
  for (const fs::recursive_directory_iterator end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // A link to nowhere is no file.
    if (isHidden(it->path()) || it.depth() >= kMaxFolderDepth) {
      it.disable_recursion_pending();
    } else if (!className(it->path()).empty() && it->is_regular_file(ignored)) {
      files.push_back(it->path());
    }
    if (files.size() > kMaxModuleFiles)
      throw ConfigError(folder.string() + ": more than " + std::to_string(kMaxModuleFiles) +
                        " files");
  }
  if (error) throw ConfigError(folder.string() + ": " + error.message());
  std::ranges::sort(files);
  return files;
}

Json::Value& nodeFor(const fs::path& file, const fs::path& folder, Json::Value& modules) {
  Json::Value* node = &modules;
  const auto child = [&](const std::string& name) {
    if (!node->isObject()) *node = Json::objectValue;
    node = &(*node)[name];
  };
  for (const auto& part : file.parent_path().lexically_relative(folder))
    if (part != ".") child(part);
  child(className(file));
  if (!node->isObject()) *node = Json::objectValue;
  return *node;
}

}  // namespace

void mergeTrees(const Json::Value& from, Json::Value& into) {
  if (!from.isObject() || !into.isObject()) {
    into = from;
    return;
  }
  for (const auto& key : from.getMemberNames()) mergeTrees(from[key], into[key]);
}

void typeScalars(Json::Value& value) {
  if (value.isObject() || value.isArray()) {
    for (auto& child : value) typeScalars(child);
    return;
  }
  if (!value.isString()) return;
  const auto text = value.asString();
  if (text == "true" || text == "false") {
    value = text == "true";
    return;
  }
  Json::Int64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return;
  if (std::to_string(number) == text) value = number;
}

std::vector<std::string> mergeModuleFiles(const std::string& folder, Json::Value& modules) {
  const fs::path root = fs::absolute(folder).lexically_normal();
  std::vector<std::string> read;
  for (const auto& file : findFiles(root)) {
    auto tree = readTree(file);
    typeScalars(tree);
    auto& node = nodeFor(file, root, modules);
    mergeTrees(tree, node);
    if (!node.isObject()) node = Json::objectValue;
    node["configPath"] = file.parent_path().string();
    read.push_back(file);
  }
  return read;
}

}  // namespace ms::config
