#include "server/http/form_data.h"

#include <cstdlib>
#include <string>

#include "server/http/content_type.h"

// The first byte says how the body is cut into pieces, the rest up to the first line's end is a
// Content-Type, what follows is a body.
//
// Whatever comes: how a body is cut changes nothing of what is read from it, no more is given than
// came, and a file of a form never has the form's delimiter in it.

namespace {

using namespace ms::http;

struct Read {
  FormDataReader::State state;
  bool has_file;
  std::string content;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(const std::string& boundary, ms::Bytes body, std::size_t piece) {
  FormDataReader reader(boundary);
  Read result{};
  while (!body.empty()) {
    const ms::Bytes part = body.first(std::min(piece, body.size()));
    body = body.subspan(part.size());
    reader.receive(part, [&](ms::Bytes content) {
      if (content.empty()) std::abort();
      result.content.append(content.begin(), content.end());
    });
  }
  result.state = reader.state();
  result.has_file = reader.hasFile();
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view header = text.substr(1, text.find('\n') - 1);
  const auto type = parseContentType(header);
  (void)cookieValue(header, "HttpEPCookie");
  const std::string boundary = type && type->isForm() ? type->boundary : "B";
  const ms::Bytes body = ms::Bytes(data, size).subspan(std::min(size, header.size() + 2));

  const Read whole = read(boundary, body, body.size() + 1);
  if (whole != read(boundary, body, std::size_t{1} + data[0] % 64)) std::abort();
  if (whole.content.size() > body.size()) std::abort();
  if (whole.content.find("\r\n--" + boundary) != std::string::npos) std::abort();
  return 0;
}
