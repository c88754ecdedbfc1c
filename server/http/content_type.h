// What a request says that its body is: the media itself, or a form with the media in it.
//
// Source: RFC 9110, section 8.3 (media type), RFC 7578 and RFC 2046, section 5.1.1 (boundary).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ms::http {

struct ContentType {
  std::string boundary;  // Of multipart/form-data; empty: the body is the media.

  bool isForm() const { return !boundary.empty(); }
};

// The value of a Content-Type header. Nothing when it names no type, a multipart type that is no
// form, or a form without a usable boundary.
std::optional<ContentType> parseContentType(std::string_view value);

// The value of a parameter as `; filename="a b.webm"` gives it: nothing when there is none.
std::optional<std::string> headerParameter(std::string_view value, std::string_view name);

// The value of a cookie in a Cookie header: nothing when there is none.
std::optional<std::string> cookieValue(std::string_view cookies, std::string_view name);

bool equalsIgnoringCase(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);

}  // namespace ms::http
