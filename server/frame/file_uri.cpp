#include "server/frame/file_uri.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "server/frame/gstreamer.h"

namespace ms::frame {

std::optional<std::filesystem::path> pathOf(const std::string& uri) {
  if (!gst_uri_has_protocol(uri.c_str(), kFileScheme)) return std::nullopt;
  const GstPtr<gchar> path(g_filename_from_uri(uri.c_str(), nullptr, nullptr));
  return path ? std::optional<std::filesystem::path>(path.get()) : std::nullopt;
}

std::unique_ptr<const WaitingFile> WaitingFile::open(const std::string& uri) {
  const auto path = pathOf(uri);
  if (!path) return nullptr;
  std::error_code ignored;  // Whoever reads it will tell.
  const auto type = std::filesystem::status(*path, ignored).type();
  if (type != std::filesystem::file_type::fifo && type != std::filesystem::file_type::character)
    return nullptr;
  const int descriptor = ::open(path->c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  return std::unique_ptr<const WaitingFile>(new WaitingFile(descriptor));
}

WaitingFile::~WaitingFile() { close(descriptor_); }

}  // namespace ms::frame
