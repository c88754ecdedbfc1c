// Loads plug-in modules: shared objects libkms<name>module.so in the folders of --modules-path and
// KURENTO_MODULES_PATH. Used once at start, by main(), before the registry is read by others.
//
// A plug-in exports one constant, `ms_plugin`. One that cannot be loaded is told of and skipped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "server/model/descriptor.h"

namespace ms::model {

// Raised with every change to server/model or to the classes that plug-ins derive from.
inline constexpr std::uint32_t kPluginAbi = 1;
// The name of the exported constant of type Plugin.
inline constexpr const char* kPluginSymbol = "ms_plugin";

// What a plug-in exports:  extern "C" const ms::model::Plugin ms_plugin = {...};
// The first member keeps its place for ever, so that a plug-in of another time is recognised.
struct Plugin {
  std::uint32_t abi;                     // kPluginAbi of the headers it was built with.
  void (*add)(ModuleRegistry& modules);  // Adds its module and factories.
};

// More files in the folders than this are not tried.
inline constexpr std::size_t kMaxPlugins = 256;

struct PluginFailure {
  std::filesystem::path path;
  std::string reason;
};

// "/a:/b/c" -> two folders; empty parts are left out.
std::vector<std::filesystem::path> parseModulesPath(std::string_view text);

// Loads all plug-ins of `folders` for the rest of the process, in the order of folders, then of
// file names. Gives back those that failed, and logs them as errors.
std::vector<PluginFailure> loadPlugins(std::span<const std::filesystem::path> folders,
                                       ModuleRegistry& modules);

}  // namespace ms::model
