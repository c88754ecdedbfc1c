#include "server/packet/sdp/session_description.h"

#include <utility>

#include "server/packet/sdp/words.h"

namespace ms::sdp {
namespace {

using Result = std::expected<void, SdpError>;

// Takes the next line off the front, whatever its end: CR LF, LF or CR.
std::string_view takeLine(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(line.size());
  if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
  } else if (!text.empty()) {
    text.remove_prefix(1);
  }
  return line;
}

// m=<media> <port>[/<number of ports>] <proto> <fmt> ...   (RFC 8866 §5.14)
std::expected<MediaDescription, SdpError> parseMediaLine(std::string_view text) {
  MediaDescription media;
  media.kind = takeWord(text);
  std::string_view ports = takeWord(text);
  media.protocol = takeWord(text);
  if (media.kind.empty() || media.protocol.empty()) return std::unexpected(SdpError::MalformedLine);

  const std::string_view first = ports.substr(0, ports.find('/'));
  const auto port = parseNumber<std::uint16_t>(first);
  if (!port) return std::unexpected(SdpError::MalformedLine);
  media.port = *port;
  if (first.size() < ports.size()) {
    const auto count = parseNumber<std::uint16_t>(ports.substr(first.size() + 1));
    if (!count) return std::unexpected(SdpError::MalformedLine);
    media.port_count = *count;
  }

  for (auto word = takeWord(text); !word.empty(); word = takeWord(text)) {
    if (media.formats.size() == kMaxFormats) return std::unexpected(SdpError::TooManyFormats);
    media.formats.emplace_back(word);
  }
  return media;
}

Attribute parseAttribute(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), std::nullopt};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

class Parser {
 public:
  Result take(std::string_view line) {
    const std::string_view text = trimmed(line);
    // Lines that are not of the form x=... say nothing; they are not worth refusing the rest.
    if (text.size() < 2 || text[1] != '=') return {};
    if (++lines_ > kMaxLines) return std::unexpected(SdpError::TooManyLines);
    const std::string_view value = trimmed(text.substr(2));

    if (text[0] == 'v') return takeVersion(value);
    if (text[0] == 'm') return takeMedia(value);
    return takeOther(text[0], value);
  }

  std::expected<SessionDescription, SdpError> result() && {
    if (!has_version_) return std::unexpected(SdpError::NotSdp);
    return std::move(description_);
  }

 private:
  Result takeVersion(std::string_view value) {
    if (value == "0" && description_.media.empty()) has_version_ = true;
    return {};
  }

  Result takeMedia(std::string_view value) {
    if (description_.media.size() == kMaxMedia) return std::unexpected(SdpError::TooManyMedia);
    auto media = parseMediaLine(value);
    if (!media) return std::unexpected(media.error());
    description_.media.push_back(std::move(*media));
    return {};
  }

  Result takeOther(char type, std::string_view value) {
    Section& section = description_.media.empty() ? static_cast<Section&>(description_)
                                                  : description_.media.back();
    if (section.lines.size() + section.attributes.size() == kMaxAttributes)
      return std::unexpected(SdpError::TooManyAttributes);
    if (type == 'a') {
      if (!value.empty()) section.attributes.push_back(parseAttribute(value));
    } else {
      section.add(type, std::string(value));
    }
    return {};
  }

  SessionDescription description_;
  std::size_t lines_ = 0;
  bool has_version_ = false;
};

void writeSection(const Section& section, std::string& text) {
  for (const Line& line : section.lines) {
    text += line.type;
    text += '=';
    text += line.value;
    text += "\r\n";
  }
  for (const Attribute& attribute : section.attributes) {
    text += "a=" + attribute.name;
    if (attribute.value) text += ':' + *attribute.value;
    text += "\r\n";
  }
}

void writeMedia(const MediaDescription& media, std::string& text) {
  text += "m=" + media.kind + ' ' + std::to_string(media.port);
  if (media.port_count != 1) text += '/' + std::to_string(media.port_count);
  text += ' ' + media.protocol;
  for (const std::string& format : media.formats) text += ' ' + format;
  text += "\r\n";
  writeSection(media, text);
}

bool isSectionWithinLimits(const Section& section) {
  return section.lines.size() + section.attributes.size() <= kMaxAttributes;
}

}  // namespace

void Section::add(char type, std::string text) { lines.push_back({type, std::move(text)}); }

void Section::addAttribute(std::string name) {
  attributes.push_back({std::move(name), std::nullopt});
}

void Section::addAttribute(std::string name, std::string text) {
  attributes.push_back({std::move(name), std::move(text)});
}

bool Section::has(std::string_view name) const { return value(name).has_value(); }

std::optional<std::string_view> Section::value(std::string_view name) const {
  for (const Attribute& attribute : attributes)
    if (attribute.name == name)
      return attribute.value ? std::string_view(*attribute.value) : std::string_view();
  return std::nullopt;
}

std::vector<std::string_view> Section::values(std::string_view name) const {
  std::vector<std::string_view> result;
  for (const Attribute& attribute : attributes)
    if (attribute.name == name)
      result.push_back(attribute.value ? std::string_view(*attribute.value) : std::string_view());
  return result;
}

std::optional<std::string_view> Section::line(char type) const {
  for (const Line& line : lines)
    if (line.type == type) return line.value;
  return std::nullopt;
}

std::expected<SessionDescription, SdpError> SessionDescription::parse(std::string_view text) {
  if (text.size() > kMaxSdpBytes) return std::unexpected(SdpError::TooLong);
  if (text.find('\0') != std::string_view::npos) return std::unexpected(SdpError::MalformedLine);

  Parser parser;
  while (!text.empty())
    if (auto taken = parser.take(takeLine(text)); !taken) return std::unexpected(taken.error());
  return std::move(parser).result();
}

std::string write(const SessionDescription& description) {
  std::string text = "v=0\r\n";
  writeSection(description, text);
  for (const MediaDescription& media : description.media) writeMedia(media, text);
  return text;
}

bool isWithinLimits(const SessionDescription& description) {
  if (description.media.size() > kMaxMedia || !isSectionWithinLimits(description)) return false;
  std::size_t lines = 1 + description.lines.size() + description.attributes.size();
  for (const MediaDescription& media : description.media) {
    if (!isSectionWithinLimits(media) || media.formats.size() > kMaxFormats) return false;
    lines += 1 + media.lines.size() + media.attributes.size();
  }
  return lines <= kMaxLines && write(description).size() <= kMaxSdpBytes;
}

}  // namespace ms::sdp
