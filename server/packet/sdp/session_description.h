// A session description (RFC 8866) as text lines sorted into a session part and media sections.
//
// parse() is generous about line ends, order and lines it does not know, all of which it keeps, and
// strict about size. What a line means is the business of attributes.h.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/packet/sdp/sdp_error.h"

namespace ms::sdp {

// What one description may hold; more is refused as a whole.
inline constexpr std::size_t kMaxSdpBytes = 512 * 1024;
inline constexpr std::size_t kMaxLines = 16 * 1024;
inline constexpr std::size_t kMaxMedia = 256;
inline constexpr std::size_t kMaxAttributes = 2048;  // Of one section, its other lines included.
inline constexpr std::size_t kMaxFormats = 256;      // Of one m-line.

// Any line but v=, m= and a=.
struct Line {
  char type;
  std::string value;

  friend bool operator==(const Line&, const Line&) = default;
};

struct Attribute {
  std::string name;
  std::optional<std::string> value;  // `a=rtcp-mux` has none.

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// What the session part and a media section have in common.
struct Section {
  std::vector<Line> lines;
  std::vector<Attribute> attributes;

  void add(char type, std::string value);
  void addAttribute(std::string name);
  void addAttribute(std::string name, std::string value);

  bool has(std::string_view name) const;
  // Value of the first attribute with that name; empty text for one without value.
  std::optional<std::string_view> value(std::string_view name) const;
  std::vector<std::string_view> values(std::string_view name) const;
  // The first line of that type.
  std::optional<std::string_view> line(char type) const;

  friend bool operator==(const Section&, const Section&) = default;
};

struct MediaDescription : Section {
  std::string kind;  // "audio", "video", "application", ...
  std::uint16_t port = 0;
  std::uint16_t port_count = 1;
  std::string protocol;
  std::vector<std::string> formats;

  friend bool operator==(const MediaDescription&, const MediaDescription&) = default;
};

struct SessionDescription : Section {
  std::vector<MediaDescription> media;

  static std::expected<SessionDescription, SdpError> parse(std::string_view text);

  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

// With `v=0` first and CR LF line ends; attributes after the other lines of their section.
std::string write(const SessionDescription& description);

// Whether parse() would take what write() makes of it.
bool isWithinLimits(const SessionDescription& description);

}  // namespace ms::sdp
