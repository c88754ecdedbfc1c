#include "server/http/form_data.h"

#include <algorithm>
#include <optional>

#include "server/http/content_type.h"

namespace ms::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeaderEnd = "\r\n\r\n";

Bytes asBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// How much of the end of `text` may be the beginning of `delimiter`.
std::size_t partialMatch(std::string_view text, std::string_view delimiter) {
  for (std::size_t length = std::min(text.size(), delimiter.size() - 1); length > 0; --length)
    if (text.ends_with(delimiter.substr(0, length))) return length;
  return 0;
}

std::optional<std::string_view> headerValue(std::string_view line, std::string_view name) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !equalsIgnoringCase(trimmed(line.substr(0, colon)), name))
    return std::nullopt;
  return trimmed(line.substr(colon + 1));
}

// One that ends `text` may be the first half of the line's end.
std::string_view withoutCarriageReturn(std::string_view text) {
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

// A field of a form has neither a name of a file nor a type of its own.
bool isFileHeader(std::string_view line) {
  if (const auto disposition = headerValue(line, "Content-Disposition"))
    return headerParameter(*disposition, "filename") || headerParameter(*disposition, "filename*");
  if (const auto type = headerValue(line, "Content-Type"))
    return type->starts_with("video/") || type->starts_with("audio/") ||
           type->starts_with("application/octet-stream");
  return false;
}

}  // namespace

FormDataReader::FormDataReader(const std::string& boundary) : delimiter_("\r\n--" + boundary) {}

FormDataReader::State FormDataReader::receive(Bytes bytes, const OnContent& on_content) {
  if (state_ != State::Reading) return state_;
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto takeSome = [&] {
    switch (place_) {
      case Place::Content:
        return takeContent(on_content);
      case Place::AfterDelimiter:
        return takeAfterDelimiter();
      default:
        return takeHeader();
    }
  };
  while (state_ == State::Reading && takeSome()) {
  }
  pending_.erase(0, begin_);
  begin_ = 0;
  return state_;
}

bool FormDataReader::takeContent(const OnContent& on_content) {
  const std::string_view text = rest();
  const std::size_t found = text.find(delimiter_);
  const bool is_whole = found != std::string_view::npos;
  const std::string_view content =
      text.substr(0, is_whole ? found : text.size() - partialMatch(text, delimiter_));
  if (file_ == File::Current && !content.empty()) on_content(asBytes(content));
  begin_ += content.size();
  if (!is_whole) return false;
  begin_ += delimiter_.size();
  if (file_ == File::Current) file_ = File::Passed;
  place_ = Place::AfterDelimiter;
  return true;
}

// "--" ends the form; else there may be white space before the end of the line.
bool FormDataReader::takeAfterDelimiter() {
  const std::string_view text = rest();
  if (text.starts_with("--")) {
    state_ = State::Complete;
    return false;
  }
  const std::size_t line_end = text.find(kLineEnd);
  const bool is_whole = line_end != std::string_view::npos;
  const bool may_end_form = text == "-";
  const std::string_view padding =
      is_whole ? text.substr(0, line_end) : withoutCarriageReturn(text);
  const bool is_white = padding.find_first_not_of(" \t") == std::string_view::npos;
  const bool is_one_too_many = is_whole && parts_ == kMaxParts;
  if ((!is_white && !may_end_form) || padding.size() > kMaxPartHeader || is_one_too_many) {
    state_ = State::Malformed;
    return false;
  }
  if (!is_whole) return false;
  begin_ += line_end;  // The end of the line may be that of a header without lines.
  ++parts_;
  place_ = Place::Header;
  return true;
}

bool FormDataReader::takeHeader() {
  const std::string_view text = rest();
  const std::size_t end = text.find(kHeaderEnd);
  const bool is_whole = end != std::string_view::npos;
  if ((is_whole ? end : text.size()) > kMaxPartHeader + (is_whole ? 0 : kHeaderEnd.size() - 1)) {
    state_ = State::Malformed;
    return false;
  }
  if (!is_whole) return false;
  beginPart(text.substr(0, end));
  begin_ += end + kHeaderEnd.size();
  place_ = Place::Content;
  return true;
}

void FormDataReader::beginPart(std::string_view header) {
  if (file_ != File::NotYet) return;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(kLineEnd), header.size());
    if (isFileHeader(header.substr(0, end))) file_ = File::Current;
    header.remove_prefix(std::min(end + kLineEnd.size(), header.size()));
  }
}

}  // namespace ms::http
