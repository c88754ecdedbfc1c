// Files of this machine that URIs name (RFC 8089).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace ms::frame {

inline constexpr const char* kFileScheme = "file";

// Nothing for other schemes.
std::optional<std::filesystem::path> pathOf(const std::string& uri);

// A file of which opening or reading may wait for somebody: a FIFO, or a device. Open so that
// neither does.
class WaitingFile {
 public:
  // Null when the URI names something else, or what cannot be opened.
  static std::unique_ptr<const WaitingFile> open(const std::string& uri);
  ~WaitingFile();
  WaitingFile(const WaitingFile&) = delete;
  WaitingFile& operator=(const WaitingFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  explicit WaitingFile(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace ms::frame
