// Which GStreamer elements a GStreamerFilter may be made of: those that change audio or video and
// have no property that names a file, an address or a program, and those that the configuration
// adds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ms::filters {

class AllowedElements {
 public:
  // `more`: names, separated by commas or blanks.
  explicit AllowedElements(std::string_view more);

  bool contains(std::string_view element) const;

 private:
  std::vector<std::string> more_;
};

}  // namespace ms::filters
