// The paths that may be posted to, and the session of each: who has begun one is known by a cookie,
// and nobody else may post until it has ended.
//
// Decides only, and belongs to the UploadServer's loop. Connections are told to give way when their
// client posts anew: it has noticed before us that a connection was lost.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/http/content_type.h"
#include "server/http/upload.h"

namespace ms::http {

struct UploadRequest {
  std::string_view method;
  std::string_view target;
  std::string_view content_type;
  std::string_view cookies;
};

// Answers to requests that are not taken: HTTP's numbers.
enum class Refusal : std::uint16_t {
  Options = 204,  // What a browser asks before it posts from a page of another origin.
  WrongSession = 400,
  NoSuchPath = 404,
  WrongMethod = 405,
  WrongType = 406,
};

class UploadPaths {
 public:
  static constexpr std::string_view kCookie = "HttpEPCookie";

  // Of one request that was taken, until end().
  struct Upload {
    std::string path;
    ContentType type;
    std::string cookie;  // For the answer.
    std::shared_ptr<BodySink> sink;
    std::uint64_t number = 0;
  };

  void add(const std::string& path, std::shared_ptr<UploadReceiver> receiver);
  // Who posts to it is told to give way.
  void remove(const std::string& path);

  // `give_way` ends what belongs to this request when another takes its place.
  std::expected<Upload, Refusal> begin(const UploadRequest& request,
                                       std::function<void()> give_way);
  // After the sink was told. `cookie_given`: the client has it from now on.
  enum class Cookie { Given, NotGiven };
  void end(const Upload& upload, Cookie cookie);
  // Unless somebody posts just now.
  void maybeEndSession(const std::string& path);

 private:
  struct Path {
    std::shared_ptr<UploadReceiver> receiver;
    std::string cookie;               // Of the session; empty: there is none.
    bool is_cookie_known = false;     // To its client.
    std::uint64_t upload_number = 0;  // 0: nobody posts.
    std::function<void()> give_way;
  };

  static bool mayPost(const Path& path, std::string_view cookies);

  std::unordered_map<std::string, Path> paths_;
  std::uint64_t last_number_ = 0;
};

}  // namespace ms::http
