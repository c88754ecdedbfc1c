// Which demuxers, parsers and decoders may read what a player plays: those of the formats that
// people send each other, and those that the configuration adds. GStreamer has some five hundred
// more, for the formats of old games and of other devices; a file says itself which of them it
// wants to be read by, and a fault in any of them is a fault in the server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ms::frame {

class PlayableElements {
 public:
  // `more`: names of elements or plug-ins, separated by commas or blanks.
  explicit PlayableElements(std::string_view more);

  // Of one with that many elements (libav) only some are.
  bool contains(std::string_view plugin, std::string_view element) const;

 private:
  std::vector<std::string> more_;
};

}  // namespace ms::frame
