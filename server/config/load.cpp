#include "server/config/load.h"

#include <json/json.h>

#include <filesystem>

#include "server/config/config_error.h"
#include "server/config/kms_variables.h"
#include "server/config/known_keys.h"
#include "server/config/module_files.h"
#include "server/config/tree_file.h"

namespace ms::config {
namespace {

namespace fs = std::filesystem;

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Inline settings of a class get the main file's folder as the base of relative paths.
void addConfigPaths(Json::Value& modules, const std::string& folder) {
  for (auto& module : modules) {
    if (!module.isObject()) continue;
    for (auto& settings : module)
      if (settings.isObject() && !settings.isMember("configPath")) settings["configPath"] = folder;
  }
}

Json::Value takeTree(const Json::Value& root, const char* key, const std::string& file) {
  if (!root.isMember(key)) return Json::objectValue;
  const auto& tree = root[key];
  const bool is_empty = tree.isNull() || (tree.isString() && tree.asString().empty());
  if (is_empty) return Json::objectValue;
  if (!tree.isObject()) throw ConfigError(file + ": '" + key + "' is not a tree of keys");
  return tree;
}

void readMainFile(const fs::path& file, LoadedConfig& loaded, Json::Value& metadata,
                  Json::Value& modules) {
  const auto tree = readTree(file);
  loaded.config.websocket.port = 0;  // A file that names no port wants none.
  loaded.warnings = applyKnownKeys(tree, file, loaded.config);
  metadata = takeTree(tree, "metadata", file);
  modules = takeTree(tree, "modules", file);
  typeScalars(modules);
  addConfigPaths(modules, file.parent_path());
  loaded.files.push_back(file);
}

}  // namespace

LoadedConfig loadConfig(const StartOptions& options) {
  LoadedConfig loaded;
  Json::Value metadata(Json::objectValue);
  Json::Value modules(Json::objectValue);

  const fs::path file =
      fs::absolute(options.config_file.value_or(kDefaultConfigFile)).lexically_normal();
  if (options.config_file || isThere(file)) readMainFile(file, loaded, metadata, modules);

  const auto folders = options.modules_config_path.value_or(
      std::vector<std::string>{file.parent_path() / "modules"});
  for (const auto& folder : folders) {
    if (isThere(folder)) {
      const auto read = mergeModuleFiles(folder, modules);
      loaded.files.insert(loaded.files.end(), read.begin(), read.end());
    } else if (options.modules_config_path) {
      loaded.warnings.push_back("the folder of module configuration '" + folder +
                                "' does not exist");
    }
  }
  applyClassSettings(options.class_settings, file.parent_path(), modules);
  if (options.drain_time) loaded.config.drain_time = *options.drain_time;
  loaded.config.metadata = std::make_shared<const Json::Value>(std::move(metadata));
  loaded.config.modules = std::make_shared<const Json::Value>(std::move(modules));
  return loaded;
}

}  // namespace ms::config
