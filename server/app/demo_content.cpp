#include "server/app/demo_content.h"

#include "server/demo/static_files.h"

namespace ms::app {

std::optional<rpc::HttpResponse> demoContent(const std::string& path) {
  const auto file = demo::findFile(path);
  if (!file) return std::nullopt;
  return rpc::HttpResponse{.content_type = std::string(file->content_type),
                           .content_security_policy = std::string(demo::kContentSecurityPolicy),
                           .body = std::string(file->body)};
}

}  // namespace ms::app
