#include "server/model/module_loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>

#include "server/base/log.h"

namespace ms::model {
namespace {

namespace fs = std::filesystem;

LogCategory kLog("KurentoLoadModules");

bool isPluginName(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("libkms") && name.ends_with("module.so");
}

std::vector<fs::path> pluginsIn(const fs::path& folder, std::vector<PluginFailure>& failures) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (isPluginName(entry->path())) found.push_back(entry->path());
  }
  if (error) failures.push_back({folder, error.message()});
  std::ranges::sort(found);
  return found;
}

std::string lastLinkerError() {
  const char* reason = dlerror();
  return reason ? reason : "unknown error of the dynamic linker";
}

// The reason when it fails. A plug-in that was loaded stays: its code may be in use until the end.
std::optional<std::string> load(const fs::path& path, ModuleRegistry& modules) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return lastLinkerError();
  const auto* plugin = static_cast<const Plugin*>(dlsym(library, kPluginSymbol));
  if (!plugin) {
    std::string reason = lastLinkerError();
    dlclose(library);
    return reason;
  }
  if (plugin->abi != kPluginAbi) {
    const std::uint32_t theirs = plugin->abi;
    dlclose(library);
    return "it was built for plug-in interface " + std::to_string(theirs) + ", this server has " +
           std::to_string(kPluginAbi);
  }
  try {
    plugin->add(modules);
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace

std::vector<fs::path> parseModulesPath(std::string_view text) {
  std::vector<fs::path> folders;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0) folders.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return folders;
}

std::vector<PluginFailure> loadPlugins(std::span<const fs::path> folders, ModuleRegistry& modules) {
  std::vector<PluginFailure> failures;
  std::size_t tried = 0;
  for (const fs::path& folder : folders) {
    for (const fs::path& path : pluginsIn(folder, failures)) {
      if (++tried > kMaxPlugins) {
        failures.push_back({path, "more than " + std::to_string(kMaxPlugins) + " plug-ins"});
        break;
      }
      if (auto reason = load(path, modules)) {
        failures.push_back({path, std::move(*reason)});
      } else {
        MS_LOG(kLog, Info, "module loaded: " << path.string());
      }
    }
  }
  for (const PluginFailure& failure : failures) {
    MS_LOG(kLog, Error, "skipped module " << failure.path.string() << ": " << failure.reason);
  }
  return failures;
}

}  // namespace ms::model
