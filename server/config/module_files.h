// The configuration files of modules, merged into one tree:
// <folder>/kurento/WebRtcEndpoint.conf.ini gives modules.kurento.WebRtcEndpoint.*, and the file's
// folder as its configPath.
#pragma once

#include <json/forwards.h>

#include <string>
#include <vector>

namespace ms::config {

// Files of all folders together, and folders below a folder.
inline constexpr std::size_t kMaxModuleFiles = 1000;
inline constexpr int kMaxFolderDepth = 8;

// Adds the files below `folder`, in the order of their names; a key that is already there is
// replaced. Names that begin with a dot are left out. Gives back the files that were read. Throws
// ConfigError.
std::vector<std::string> mergeModuleFiles(const std::string& folder, Json::Value& modules);

// Later wins: members of `from` replace those of `into`, trees are joined.
void mergeTrees(const Json::Value& from, Json::Value& into);

// Strings that are canonical whole numbers, "true" or "false" become such, all the way down; so
// that 1024 is 1024 in each format, and asString() still gives the text of the file.
void typeScalars(Json::Value& value);

}  // namespace ms::config
