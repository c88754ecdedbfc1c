// Makes a normal MP4 file of a fragmented one: one index, in front, so that a player can seek in it
// and begin before it has all of it.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "server/packet/rtp/types.h"

namespace ms::frame {

// The file at `path` has one track of each of these kinds. Writes another file beside it, which
// then takes its place; when that fails, also because the disk is full, the file stays as it is and
// the reason is returned.
// Takes as long as reading and writing it twice; for an executor.
std::expected<void, std::string> makeFastStart(const std::filesystem::path& path,
                                               const std::vector<rtp::MediaKind>& kinds);

}  // namespace ms::frame
