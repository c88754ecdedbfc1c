// What a plain HTTP request on the WebSocket port is answered with. Also compiles as C++17.
#pragma once

#include <string>

namespace ms::rpc {

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string content_security_policy{};  // No such header when empty.
  std::string body{};
};

}  // namespace ms::rpc
