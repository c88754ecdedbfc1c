#include "server/http/upload_paths.h"

#include <utility>

#include "server/base/uuid.h"

namespace ms::http {

void UploadPaths::add(const std::string& path, std::shared_ptr<UploadReceiver> receiver) {
  paths_[path].receiver = std::move(receiver);
}

void UploadPaths::remove(const std::string& path) {
  const auto removed = paths_.extract(path);
  if (!removed.empty() && removed.mapped().give_way) removed.mapped().give_way();
}

// A client that lost its connection before any answer has no cookie to show.
bool UploadPaths::mayPost(const Path& path, std::string_view cookies) {
  if (path.cookie.empty()) return true;
  if (cookieValue(cookies, kCookie) == path.cookie) return true;
  return !path.is_cookie_known && path.upload_number == 0;
}

std::expected<UploadPaths::Upload, Refusal> UploadPaths::begin(const UploadRequest& request,
                                                               std::function<void()> give_way) {
  const std::string name(request.target.substr(0, request.target.find('?')));
  const auto found = paths_.find(name);
  if (found == paths_.end()) return std::unexpected(Refusal::NoSuchPath);
  if (request.method == "OPTIONS") return std::unexpected(Refusal::Options);
  if (request.method != "POST") return std::unexpected(Refusal::WrongMethod);
  auto type = parseContentType(request.content_type);
  if (!type) return std::unexpected(Refusal::WrongType);
  Path& path = found->second;
  if (!mayPost(path, request.cookies)) return std::unexpected(Refusal::WrongSession);

  if (path.give_way) std::exchange(path.give_way, nullptr)();
  if (path.cookie.empty()) path.cookie = makeUuid();
  path.upload_number = ++last_number_;
  path.give_way = std::move(give_way);
  return Upload{.path = name,
                .type = std::move(*type),
                .cookie = path.cookie,
                .sink = path.receiver->onPost(),
                .number = path.upload_number};
}

void UploadPaths::end(const Upload& upload, Cookie cookie) {
  const auto found = paths_.find(upload.path);
  if (found == paths_.end()) return;
  Path& path = found->second;
  if (cookie == Cookie::Given && path.cookie == upload.cookie) path.is_cookie_known = true;
  if (path.upload_number != upload.number) return;
  path.upload_number = 0;
  path.give_way = nullptr;
}

void UploadPaths::maybeEndSession(const std::string& name) {
  const auto found = paths_.find(name);
  if (found == paths_.end()) return;
  Path& path = found->second;
  if (path.cookie.empty() || path.upload_number != 0) return;
  path.cookie.clear();
  path.is_cookie_known = false;
  path.receiver->onSessionEnded();
}

}  // namespace ms::http
